// Reading, printing, goroutines, a panic, files, signals, a collection of garbage, the time.
package main

import (
	"bufio"
	"fmt"
	"math/big"
	"math/rand"
	"os"
	"os/signal"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

func caught() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	panic("thrown")
}

func main() {
	in := bufio.NewReader(os.Stdin)
	numbers := make([]int64, 2)
	fmt.Fscan(in, &numbers[0], &numbers[1])
	sort.Slice(numbers, func(i, j int) bool { return numbers[i] < numbers[j] })
	rand.Seed(time.Now().UnixNano())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	runtime.GOMAXPROCS(4)
	sum := new(big.Int)
	var lock sync.Mutex
	var wait sync.WaitGroup
	for i := 0; i < 100; i++ {
		wait.Add(1)
		go func(i int) {
			defer wait.Done()
			time.Sleep(time.Millisecond)
			lock.Lock()
			defer lock.Unlock()
			if i < 2 {
				sum.Add(sum, big.NewInt(numbers[i]))
			}
		}(i)
	}
	wait.Wait()
	large := strings.Repeat("x", 16<<20)
	runtime.GC()
	if err := os.WriteFile("x", []byte(large[:10]), 0600); err != nil {
		panic(err)
	}
	if caught() != "thrown" || os.Remove("x") != nil || rand.Int() < 0 {
		os.Exit(1)
	}
	fmt.Println(sum)
}
