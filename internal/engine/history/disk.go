package history

import (
	"encoding/binary"
	"fmt"
	"iter"
	"os"
)

// disk is a temporary file for the timelines that do not fit in memory. It is
// written at the end only. What is in it and not needed any more stays there.
type disk struct {
	file    *os.File
	removed bool // already, though the file is open
	end     int64
	err     error // the first one
}

// run is a part of the file with timelines in the order of their keys, at most one
// for each key.
type run struct {
	level int             // of how many merges it comes
	from  [1<<8 + 1]int64 // where the keys with each first byte begin, and where the last of them end
}

// open makes the file. Where the system allows that, it has no name any more, so
// that it is gone when the process is, however that ends.
func (d *disk) open() error {
	if d.file != nil {
		return nil
	}
	file, err := os.CreateTemp("", "plumb-histories-")
	if err != nil {
		return err
	}
	d.file, d.removed = file, os.Remove(file.Name()) == nil
	return nil
}

// close removes the file.
func (d *disk) close() error {
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	if !d.removed {
		err = os.Remove(d.file.Name())
	}
	d.file = nil
	return err
}

// fail keeps the first error.
func (d *disk) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// failed keeps the error of a call for the file.
func (d *disk) failed(err error) {
	d.fail(fmt.Errorf("the temporary file for histories: %w; set TMPDIR to a folder with more room, or use --no-history", err))
}

// write writes timelines that come in the order of their keys. It is not ok where
// that failed.
func (d *disk) write(all iter.Seq2[Key, []byte]) (r *run, ok bool) {
	const most = 256 << 10 // bytes that are written at once
	if err := d.open(); err != nil {
		d.failed(err)
		return nil, false
	}
	r = &run{}
	begun := 0 // first bytes of keys, the places of which are known
	var b []byte
	flush := func() bool {
		n, err := d.file.WriteAt(b, d.end)
		if d.end += int64(n); err != nil {
			d.failed(err)
		}
		b = b[:0]
		return err == nil
	}
	for key, timeline := range all {
		for ; begun <= int(key>>56); begun++ {
			r.from[begun] = d.end + int64(len(b))
		}
		b = binary.BigEndian.AppendUint64(b, uint64(key))
		b = append(binary.AppendUvarint(b, uint64(len(timeline))), timeline...)
		if len(b) >= most && !flush() {
			return nil, false
		}
	}
	if !flush() {
		return nil, false
	}
	for ; begun < len(r.from); begun++ {
		r.from[begun] = d.end
	}
	return r, d.err == nil
}
