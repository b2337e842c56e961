// Package greeting holds texts that are embedded in the program.
package greeting

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed texts/*.txt
var texts embed.FS

// For greets name in a language of which there is a text.
func For(language, name string) (string, error) {
	text, err := texts.ReadFile("texts/" + language + ".txt")
	if err != nil {
		return "", fmt.Errorf("no greeting in %q", language)
	}
	return strings.ReplaceAll(strings.TrimSpace(string(text)), "NAME", name), nil
}
