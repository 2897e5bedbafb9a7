package probe

import (
	"fmt"
	"strconv"
	"strings"
)

// ranges writes sorted numbers as a list of numbers and ranges.
func ranges(numbers []int) string {
	var items []string
	for i := 0; i < len(numbers); {
		first, last := numbers[i], numbers[i]
		for i++; i < len(numbers) && numbers[i] == last+1; i++ {
			last = numbers[i]
		}
		if first == last {
			items = append(items, strconv.Itoa(first))
		} else {
			items = append(items, fmt.Sprintf("%d-%d", first, last))
		}
	}
	return strings.Join(items, ", ")
}
