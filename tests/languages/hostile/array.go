// expect: CE MLE RE
package main

var numbers = [1 << 32]int64{1 << 31: 1}

func main() {
	for i := range numbers {
		numbers[i] = int64(i)
	}
}
