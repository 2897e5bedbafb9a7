package cli

import (
	"strconv"

	"github.com/plumbapi/plumb/internal/nearest"
)

// didYouMean returns "; did you mean X?" for the known word nearest to one
// that is not known, or nothing where none is near.
func didYouMean(word string, known []string) string {
	if best := nearest.To(word, known); best != "" {
		return "; did you mean " + strconv.Quote(best) + "?"
	}
	return ""
}
