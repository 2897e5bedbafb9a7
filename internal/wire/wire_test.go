package wire

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What was appended is read again; of a part of it the reader fails, or reads zeros.
func TestReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unsigned, signed, text := rapid.Uint64().Draw(t, "unsigned"), rapid.Int64().Draw(t, "signed"), rapid.String().Draw(t, "text")
		b := AppendText(binary.AppendVarint(binary.AppendUvarint([]byte{7}, unsigned), signed), text)
		r := NewReader(append(b, "rest"...))
		require.Equal(t, byte(7), r.Byte())
		require.Equal(t, unsigned, r.Unsigned())
		require.Equal(t, signed, r.Signed())
		require.Equal(t, text, string(r.Text()))
		require.Equal(t, "rest", string(r.Rest()))
		require.False(t, r.Failed())

		cut := NewReader(b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")])
		cut.Byte()
		cut.Unsigned()
		cut.Signed()
		cut.Text()
		require.True(t, cut.Failed())
		require.Zero(t, cut.Signed())
		require.Empty(t, cut.Text())
		require.Empty(t, cut.Rest())
	})
}
