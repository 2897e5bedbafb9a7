package history

import "encoding/binary"

// arena holds timelines, each with the key of its resource, that are looked up by
// number. They are together in a few large chunks, so that millions of them cost
// the garbage collector nothing. The room of a timeline that is replaced by one of
// another size is used again.
type arena struct {
	chunks [][]byte
	last   int      // index of the chunk that is being filled
	used   int      // granules of that chunk
	size   int      // bytes of all rooms, including those that are free
	free   []uint32 // by size in granules: the first of the rooms of that size; 0 for none

	lengths int // without meaning; see touch
}

const (
	granule       = 8       // bytes; rooms begin at a multiple of it
	chunkGranules = 1 << 17 // granules of most chunks
	keyAt         = 4       // offset in a room, after the length of the timeline, or while the room is free, the next free one
	headSize      = keyAt + 8
)

// room is how many granules a timeline of so many bytes takes.
func room(length int) int { return (headSize + length + granule - 1) / granule }

func (a *arena) at(number uint32) []byte {
	return a.chunks[number/chunkGranules][number%chunkGranules*granule:]
}

// key returns the key of a timeline.
func (a *arena) key(number uint32) Key {
	return Key(binary.NativeEndian.Uint64(a.at(number)[keyAt:]))
}

// get returns a timeline. It is good until the timeline is set or another is put.
func (a *arena) get(number uint32) []byte {
	b := a.at(number)
	return b[headSize : headSize+binary.NativeEndian.Uint32(b)]
}

// put keeps a copy of a timeline and returns its number, which is never 0.
func (a *arena) put(key Key, timeline []byte) uint32 {
	granules := room(len(timeline))
	var number uint32
	if granules < len(a.free) && a.free[granules] != 0 {
		number = a.free[granules]
		a.free[granules] = binary.NativeEndian.Uint32(a.at(number))
	} else {
		number = a.extend(granules)
	}
	b := a.at(number)
	binary.NativeEndian.PutUint64(b[keyAt:], uint64(key))
	write(b, timeline)
	return number
}

// extend returns the number of new room.
func (a *arena) extend(granules int) uint32 {
	if len(a.chunks) == 0 || a.used+granules > len(a.chunks[a.last])/granule {
		a.nextChunk(granules)
	}
	number := uint32(a.last*chunkGranules + a.used)
	a.used += granules
	a.size += granules * granule
	return number
}

// nextChunk begins a chunk with room for so many granules: one that was emptied,
// or else a new one.
func (a *arena) nextChunk(granules int) {
	a.used = 0
	if len(a.chunks) == 0 {
		a.used = 1 // so that no number is 0
	} else if a.last++; a.last < len(a.chunks) && granules <= len(a.chunks[a.last])/granule {
		return
	}
	a.chunks = append(a.chunks[:a.last], make([]byte, max(granules+a.used, chunkGranules)*granule))
}

// set replaces a timeline and returns the number that it has then.
func (a *arena) set(number uint32, timeline []byte) uint32 {
	b := a.at(number)
	granules := room(int(binary.NativeEndian.Uint32(b)))
	if room(len(timeline)) == granules {
		write(b, timeline)
		return number
	}
	key := a.key(number)
	for len(a.free) <= granules {
		a.free = append(a.free, 0)
	}
	binary.NativeEndian.PutUint32(b, a.free[granules])
	a.free[granules] = number
	return a.put(key, timeline)
}

func write(room, timeline []byte) {
	binary.NativeEndian.PutUint32(room, uint32(len(timeline)))
	copy(room[headSize:], timeline)
}

// empty drops all timelines, and keeps the chunks for others.
func (a *arena) empty() {
	a.last, a.used, a.size = 0, 1, 0
	clear(a.free)
}
