package main

import (
	"fmt"
	"os"
)

func main() {
	numbers := make([]int, 2)
	fmt.Println(numbers[len(os.Args)+1])
}
