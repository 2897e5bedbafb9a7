package history

import "encoding/binary"

// arena holds byte strings that are looked up by number. They are together in a
// few large chunks, so that millions of them cost the garbage collector nothing.
// The room of a string that is replaced by one of another size is used again.
type arena struct {
	chunks [][]byte
	size   int      // bytes of the chunks
	used   int      // granules of the last chunk
	free   []uint32 // by size in granules: the first of the rooms of that size; 0 for none
}

const (
	granule       = 8       // bytes; rooms begin at a multiple of it
	chunkGranules = 1 << 17 // granules of most chunks
	headSize      = 4       // bytes before a string: its length, or while its room is free, the next free one
)

// room is how many granules a string of so many bytes takes.
func room(length int) int { return (headSize + length + granule - 1) / granule }

func (a *arena) at(number uint32) []byte {
	return a.chunks[number/chunkGranules][number%chunkGranules*granule:]
}

// get returns a string. It is good until the string is set or another is put.
func (a *arena) get(number uint32) []byte {
	b := a.at(number)
	return b[headSize : headSize+binary.NativeEndian.Uint32(b)]
}

// put keeps a copy of a string and returns its number, which is never 0.
func (a *arena) put(s []byte) uint32 {
	granules := room(len(s))
	var number uint32
	if granules < len(a.free) && a.free[granules] != 0 {
		number = a.free[granules]
		a.free[granules] = binary.NativeEndian.Uint32(a.at(number))
	} else {
		number = a.extend(granules)
	}
	a.write(number, s)
	return number
}

// extend returns the number of new room.
func (a *arena) extend(granules int) uint32 {
	last := len(a.chunks) - 1
	if last < 0 || a.used+granules > chunkGranules {
		chunk := make([]byte, max(granules+1, chunkGranules)*granule)
		a.chunks = append(a.chunks, chunk)
		a.size += len(chunk)
		last++
		a.used = 0
		if last == 0 {
			a.used = 1 // so that no number is 0
		}
	}
	number := uint32(last*chunkGranules + a.used)
	a.used += granules
	return number
}

// set replaces a string and returns the number that it has then.
func (a *arena) set(number uint32, s []byte) uint32 {
	granules := room(int(binary.NativeEndian.Uint32(a.at(number))))
	if room(len(s)) == granules {
		a.write(number, s)
		return number
	}
	for len(a.free) <= granules {
		a.free = append(a.free, 0)
	}
	binary.NativeEndian.PutUint32(a.at(number), a.free[granules])
	a.free[granules] = number
	return a.put(s)
}

func (a *arena) write(number uint32, s []byte) {
	b := a.at(number)
	binary.NativeEndian.PutUint32(b, uint32(len(s)))
	copy(b[headSize:], s)
}
