package history

import (
	"iter"
	"math/bits"
)

// timelines are those of all resources. They take few bytes besides their own,
// and grow part by part, so that growing does not take twice the memory.
type timelines struct {
	arena
	parts [256]part // by the upper bits of the key
}

// part is a hash table with open addressing.
type part struct {
	keys    []Key
	numbers []uint32 // in the arena; 0 where the place is free
	count   int
}

// find returns where a key is in the table, or is to be.
func (p *part) find(key Key) int {
	i, _ := bits.Mul64(uint64(key)<<8, uint64(len(p.keys)))
	for p.numbers[i] != 0 && p.keys[i] != key {
		if i++; int(i) == len(p.keys) {
			i = 0
		}
	}
	return int(i)
}

// grow makes room for one more.
func (p *part) grow() {
	if p.count*6 < len(p.keys)*5 {
		return
	}
	old := *p
	size := max(8, len(old.keys)+len(old.keys)/4)
	p.keys, p.numbers = make([]Key, size), make([]uint32, size)
	for i, number := range old.numbers {
		if number != 0 {
			at := p.find(old.keys[i])
			p.keys[at], p.numbers[at] = old.keys[i], number
		}
	}
}

// get returns the timeline of a resource; nil where there is none.
func (t *timelines) get(key Key) []byte {
	p := &t.parts[key>>56]
	if p.count == 0 {
		return nil
	}
	if number := p.numbers[p.find(key)]; number != 0 {
		return t.arena.get(number)
	}
	return nil
}

// set keeps a copy of the timeline of a resource.
func (t *timelines) set(key Key, timeline []byte) {
	p := &t.parts[key>>56]
	p.grow()
	i := p.find(key)
	if number := p.numbers[i]; number != 0 {
		p.numbers[i] = t.arena.set(number, timeline)
		return
	}
	p.keys[i], p.numbers[i] = key, t.arena.put(timeline)
	p.count++
}

// all returns the timelines of all resources, in no order.
func (t *timelines) all() iter.Seq2[Key, []byte] {
	return func(yield func(Key, []byte) bool) {
		for i := range t.parts {
			p := &t.parts[i]
			for j, number := range p.numbers {
				if number != 0 && !yield(p.keys[j], t.arena.get(number)) {
					return
				}
			}
		}
	}
}
