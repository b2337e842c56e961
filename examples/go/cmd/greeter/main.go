// Command greeter greets in the language that it is asked for.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"example.com/orders/internal/greeting"
)

type request struct {
	Name     string `json:"name"`
	Language string `json:"language"`
}

func main() {
	lambda.Start(func(r request) (string, error) {
		return greeting.For(r.Language, r.Name)
	})
}
