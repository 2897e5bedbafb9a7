package nearest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}} {
		assert.Equal(t, tc.want, Distance(tc.a, tc.b), tc.a+" "+tc.b)
		assert.Equal(t, tc.want, Distance(tc.b, tc.a), tc.b+" "+tc.a)
	}
}
