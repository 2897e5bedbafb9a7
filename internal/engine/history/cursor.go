package history

import (
	"encoding/binary"
	"slices"
)

// cursor goes over timelines in the order of their keys: those of a part of the
// file, or those in memory.
type cursor struct {
	memory *timelines
	slots  []slot // of it, that are still to be read

	*disk
	from, to int64 // what is still to be read
	ahead    []byte
	buffer   []byte

	order    int // among other cursors
	key      Key
	timeline []byte // good until the next is read
}

// whole returns a cursor over the whole run.
func (d *disk) whole(r *run) *cursor {
	return &cursor{disk: d, from: r.from[0], to: r.from[len(r.from)-1]}
}

// around returns a cursor over the part of the run where a key is.
func (d *disk) around(r *run, key Key) *cursor {
	return &cursor{disk: d, from: r.from[key>>56], to: r.from[key>>56+1]}
}

// cursor returns a cursor over the timelines.
func (t *timelines) cursor() *cursor { return &cursor{memory: t, slots: t.sortedSlots()} }

// next goes on to the next timeline. It returns false where there is none.
func (c *cursor) next() bool {
	if c.memory == nil {
		return c.nextOfFile()
	}
	if len(c.slots) == 0 {
		return false
	}
	if len(c.slots)%touched == 0 {
		c.memory.touch(c.slots[:touched])
	}
	number := c.slots[0].number()
	c.key, c.timeline, c.slots = c.memory.key(number), c.memory.get(number), c.slots[1:]
	return true
}

// touched is how many timelines are read from main memory at the same time.
const touched = 32

// touch makes the processor read timelines that are soon needed. They are all over
// the memory, so one after the other would take several times as long.
func (a *arena) touch(slots []slot) {
	for _, s := range slots {
		a.lengths += int(binary.NativeEndian.Uint32(a.at(s.number())))
	}
}

func (c *cursor) nextOfFile() bool {
	const head = 8 + binary.MaxVarintLen64
	if !c.read(head) || len(c.ahead) == 0 {
		return false
	}
	c.key = Key(binary.BigEndian.Uint64(c.ahead))
	length, n := binary.Uvarint(c.ahead[8:])
	if !c.read(8 + n + int(length)) {
		return false
	}
	c.ahead = c.ahead[8+n:]
	c.timeline, c.ahead = c.ahead[:length], c.ahead[length:]
	return true
}

// read reads ahead until there are so many bytes, or all that there are.
func (c *cursor) read(want int) bool {
	const usual = 16 << 10
	if len(c.ahead) >= want || c.from == c.to {
		return true
	}
	if size := max(want, usual); len(c.buffer) < size {
		c.buffer = slices.Concat(c.ahead, make([]byte, size-len(c.ahead)))
	} else {
		copy(c.buffer, c.ahead)
	}
	n := int(min(int64(len(c.buffer)-len(c.ahead)), c.to-c.from))
	if got, err := c.file.ReadAt(c.buffer[len(c.ahead):len(c.ahead)+n], c.from); got < n {
		c.failed(err)
		return false
	}
	c.from += int64(n)
	c.ahead = c.buffer[:len(c.ahead)+n]
	return true
}

// cursors are a heap: the first one has the least key, and of those with that key it
// is of the first run.
type cursors []*cursor

// haveAgain reports whether another cursor than the first one has the key.
func (c cursors) haveAgain(key Key) bool {
	return len(c) > 1 && c[1].key == key || len(c) > 2 && c[2].key == key
}

// advance goes on to the next timeline.
func (c *cursors) advance() {
	all := *c
	if !all[0].next() {
		last := len(all) - 1
		all[0] = all[last]
		*c = all[:last]
	}
	c.sink(0)
}

// sink puts the cursor with an index where it is to be among those below it.
func (c cursors) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(c); child++ {
			if c[child].before(c[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		c[i], c[least] = c[least], c[i]
		i = least
	}
}

func (c *cursor) before(other *cursor) bool {
	return c.key < other.key || c.key == other.key && c.order < other.order
}
