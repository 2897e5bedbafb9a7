package live

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

// TestRoom checks, for any bodies that are read in any order, that readers get
// what was sent, that what is kept of all bodies never exceeds the room, that a
// body is given up only for want of room, and that all room is free in the end.
func TestRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(50, 2000).Draw(t, "room")
		room := NewRoom(size)
		type reading struct {
			body string
			from io.ReadCloser
			got  strings.Builder
			seen []*plumb.Exchange
		}
		var readings []*reading
		kept := func() (total int64) {
			for _, r := range readings {
				if f, ok := r.from.(*follower); ok {
					total += int64(cap(f.sent))
				}
			}
			return total
		}
		fitsAlone := func(body string) bool {
			return HeadSize(New(request(t), 200, response("text/plain", -1, nil).Header))+2*int64(len(body)) <= size
		}
		for range rapid.IntRange(1, 6).Draw(t, "bodies") {
			r := &reading{body: strings.Repeat("x", rapid.IntRange(0, 900).Draw(t, "length"))}
			resp := response("text/plain", -1, strings.NewReader(r.body))
			Follow(request(t), resp, recording.Limits{Body: 1000, Ratio: 1000}, room, func(x *plumb.Exchange) { r.seen = append(r.seen, x) })
			r.from = resp.Body
			readings = append(readings, r)
		}
		for open := len(readings); open > 0; {
			r := readings[rapid.IntRange(0, len(readings)-1).Draw(t, "which")]
			p := make([]byte, rapid.IntRange(1, 400).Draw(t, "part"))
			n, err := r.from.Read(p)
			r.got.Write(p[:n])
			require.LessOrEqual(t, kept(), size)
			if err != nil {
				require.Equal(t, io.EOF, err)
				require.NoError(t, r.from.Close())
				open = len(readings)
				for _, other := range readings {
					if other.got.Len() == len(other.body) && len(other.seen) > 0 {
						open--
					}
				}
			}
		}
		for _, r := range readings {
			require.NoError(t, r.from.Close())
			require.Equal(t, r.body, r.got.String())
			require.Len(t, r.seen, 1)
			switch b := r.seen[0].Response.Body; b.Missing {
			case "":
				require.Equal(t, r.body, string(b.Bytes))
			default:
				require.Equal(t, noRoom, b.Missing)
				require.False(t, len(readings) == 1 && fitsAlone(r.body), "there was room")
			}
		}
		require.True(t, room.take(size), "not all room was given back")
	})
}
