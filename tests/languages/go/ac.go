package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"sync"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	numbers := make([]int64, 2)
	fmt.Fscan(in, &numbers[0], &numbers[1])
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] < numbers[j] })
	var wait sync.WaitGroup
	var lock sync.Mutex
	var sum int64
	for _, number := range numbers {
		wait.Add(1)
		go func(number int64) {
			lock.Lock()
			sum += number
			lock.Unlock()
			wait.Done()
		}(number)
	}
	wait.Wait()
	fmt.Println(sum)
}
