// expect: CE
package main

import (
	_ "embed"
	"fmt"
)

//go:embed @ANSWER@
var text string

func main() {
	fmt.Print(text)
}
