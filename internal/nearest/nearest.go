// Package nearest finds the known name that is nearest to a misspelt one.
package nearest

// To returns the name in known that is nearest to word, or "" if none is near:
// if more than half of the word would have to change.
func To(word string, known []string) string {
	best, distance := "", len(word)/2+1
	for _, k := range known {
		if d := Distance(word, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// Distance returns the number of bytes to insert, remove, replace, or swap with
// their neighbour, to turn a into b.
func Distance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
