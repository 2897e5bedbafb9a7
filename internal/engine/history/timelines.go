package history

import "math/bits"

// timelines are those of resources, in memory: a hash table with open addressing,
// in which the order of the slots is nearly that of the keys.
type timelines struct {
	arena
	slots []slot
	count int
}

// slot has the upper half of a key, and the number of the timeline in the arena. It
// is 0 while it is free.
type slot uint64

func newSlot(upper, number uint32) slot { return slot(upper)<<32 | slot(number) }

func (s slot) upper() uint32  { return uint32(s >> 32) }
func (s slot) number() uint32 { return uint32(s) }

// home returns where a slot is to be, or as near after it as possible.
func (t *timelines) home(upper uint32) int {
	i, _ := bits.Mul64(uint64(upper)<<32, uint64(len(t.slots)))
	return int(i)
}

// next returns the slot after another; after the last one is the first one.
func (t *timelines) next(i int) int {
	if i++; i < len(t.slots) {
		return i
	}
	return 0
}

// find returns the slot where a key is, or is to be, and the timeline; nil where
// there is none.
func (t *timelines) find(key Key) (i int, timeline []byte) {
	t.grow()
	upper := uint32(key >> 32)
	for i = t.home(upper); t.slots[i] != 0; i = t.next(i) {
		if s := t.slots[i]; s.upper() == upper && t.key(s.number()) == key {
			return i, t.get(s.number())
		}
	}
	return i, nil
}

// grow makes room for one more.
func (t *timelines) grow() {
	const fewest = 64
	if t.count*3 < len(t.slots)*2 {
		return
	}
	old := t.slots
	t.slots = make([]slot, max(fewest, len(old)+len(old)/2))
	for _, s := range old {
		if s != 0 {
			i := t.home(s.upper())
			for t.slots[i] != 0 {
				i = t.next(i)
			}
			t.slots[i] = s
		}
	}
}

// add keeps a copy of the timeline of a key, at the slot where it is to be.
func (t *timelines) add(i int, key Key, timeline []byte) {
	t.slots[i] = newSlot(uint32(key>>32), t.put(key, timeline))
	t.count++
}

// replace keeps a copy of another timeline of the key at a slot.
func (t *timelines) replace(i int, timeline []byte) {
	s := t.slots[i]
	t.slots[i] = newSlot(s.upper(), t.set(s.number(), timeline))
}

// bytes is how many bytes the timelines take.
func (t *timelines) bytes() int { return t.size + len(t.slots)*8 }

// sortedSlots sorts by insertion: few slots are not where they are to be.
func (t *timelines) sortedSlots() []slot {
	all := make([]slot, 0, t.count)
	continued := 0 // slots that had no place before the end
	for i, s := range t.slots {
		if s == 0 {
			continue
		}
		if continued == len(all) && t.home(s.upper()) > i {
			continued++
		}
		all = append(all, s)
	}
	all = append(all[continued:], all[:continued]...)
	for i := range all {
		for j := i; j > 0 && t.before(all[j], all[j-1]); j-- {
			all[j-1], all[j] = all[j], all[j-1]
		}
	}
	return all
}

// before reports whether the key in a slot is less than that in another.
func (t *timelines) before(a, b slot) bool {
	if a.upper() != b.upper() {
		return a.upper() < b.upper()
	}
	return t.key(a.number()) < t.key(b.number())
}

// empty drops all timelines, and keeps the memory for others.
func (t *timelines) empty() {
	t.arena.empty()
	clear(t.slots)
	t.count = 0
}
