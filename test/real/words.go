package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
)

// Counts words of a file with goroutines, and says what went wrong when it is
// not there.
func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Println("no file:", os.IsNotExist(err))
		os.Exit(3)
	}
	defer file.Close()
	lines := make(chan string)
	var group sync.WaitGroup
	var lock sync.Mutex
	counts := map[string]int{}
	for i := 0; i < 4; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for line := range lines {
				for _, word := range strings.Fields(line) {
					lock.Lock()
					counts[word]++
					lock.Unlock()
				}
			}
		}()
	}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		lines <- scanner.Text()
	}
	close(lines)
	group.Wait()
	words := []string{}
	for word := range counts {
		words = append(words, word)
	}
	sort.Strings(words)
	for _, word := range words[:20] {
		fmt.Println(word, counts[word])
	}
}
