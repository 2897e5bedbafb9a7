package cli

import (
	"strconv"

	"github.com/plumbapi/plumb/internal/nearest"
)

// didYouMean returns "; did you mean X?" for the known word nearest to an
// unknown one, or nothing if none is near.
func didYouMean(word string, known []string) string {
	if best := nearest.To(word, known); best != "" {
		return "; did you mean " + strconv.Quote(best) + "?"
	}
	return ""
}
