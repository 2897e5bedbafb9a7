package cli

import (
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/nearest"
)

// didYouMean returns "; did you mean X?" for the known word nearest to an
// unknown one, or the one that it abbreviates, or nothing if none is near.
func didYouMean(word string, known []string) string {
	best := nearest.To(word, known)
	if abbreviated := longForms(word, known); best == "" && len(abbreviated) == 1 {
		best = abbreviated[0]
	}
	if best != "" {
		return "; did you mean " + strconv.Quote(best) + "?"
	}
	return ""
}

// longForms returns the known words that a word, not a letter or two, is the
// beginning of.
func longForms(word string, known []string) (all []string) {
	for _, k := range known {
		if len(word) > 2 && strings.HasPrefix(k, word) {
			all = append(all, k)
		}
	}
	return all
}
