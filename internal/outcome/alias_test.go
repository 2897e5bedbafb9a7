package outcome

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Aliases are in the order of the numbers, and survive what is done to texts.
func TestAlias(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(0, 1<<31-1).Draw(t, "n"), rapid.IntRange(0, 1<<31-1).Draw(t, "m")
		a, b := Alias(n), Alias(m)
		require.Equal(t, n < m, a < b)
		number, ok := ParseAlias(a)
		require.True(t, ok)
		require.Equal(t, n, number)
		require.Equal(t, a, ShownName(a))
		require.Equal(t, uint64(n), hashOfName(a))
		text := "in " + a + ", line 1; before, in " + b + ", line 2, and \uE000 alone"
		named := replaceAliases([]byte(text), func(number int) []byte { return fmt.Append(nil, "<", number, ">") })
		require.Equal(t, fmt.Sprintf("in <%d>, line 1; before, in <%d>, line 2, and \uE000 alone", n, m), string(named))
	})
}
