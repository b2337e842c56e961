// Command worker answers an order with its total.
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
)

type item struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Cents int    `json:"cents"`
}

type order struct {
	ID    string `json:"id"`
	Items []item `json:"items"`
}

type receipt struct {
	ID    string `json:"id"`
	Total string `json:"total"`
}

func handle(_ context.Context, o order) (receipt, error) {
	cents := 0
	for _, i := range o.Items {
		if i.Count < 0 {
			return receipt{}, fmt.Errorf("order %s: %d of %s", o.ID, i.Count, i.Name)
		}
		cents += i.Count * i.Cents
	}
	return receipt{ID: o.ID, Total: fmt.Sprintf("%d.%02d", cents/100, cents%100)}, nil
}

func main() {
	lambda.Start(handle)
}
