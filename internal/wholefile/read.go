// Package wholefile reads and writes the files that a user names.
//
// What is read has an end: devices are refused, and the size is bounded. What
// is written is never seen in part, and keeps the permissions of what it
// replaces. Links are followed.
package wholefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Largest is the size of the largest file that [Read] and [ReadFS] read.
// Descriptions that vendors publish have up to 20 MB.
const Largest = 256 << 20

var (
	errDevice = errors.New("this is a device or a socket, which is not read; name a file")
	errFolder = errors.New("this is a folder; name a file")

	errTooLong   = errors.New("the name is longer than that of a file can be; give a shorter one")
	errNotFolder = errors.New("a part of the path is a file, not a folder; correct the path")
)

// IsDevice reports whether a file may have no end: a device such as /dev/zero, or
// a socket. A FIFO has one.
func IsDevice(info fs.FileInfo) bool { return info.Mode()&(fs.ModeDevice|fs.ModeSocket) != 0 }

// Open opens a file for reading. A folder, a device and a socket are errors; a
// FIFO is read as a stream.
func Open(name string) (*os.File, error) {
	if err := check(os.Stat(name)); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	return f, Cause(err)
}

// Read reads a file as [Open] does. One that is larger than [Largest] is an error.
func Read(name string) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	return readAll(f, Largest)
}

// ReadFS reads a file of fsys. Only a regular file is read: to open a FIFO waits
// for its other end.
func ReadFS(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("this is not a regular file")}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return readAll(f, Largest)
}

func readAll(f fs.File, limit int) ([]byte, error) {
	defer f.Close()
	var data bytes.Buffer
	if info, err := f.Stat(); err == nil {
		data.Grow(int(min(info.Size(), int64(limit))) + bytes.MinRead)
	}
	if _, err := data.ReadFrom(io.LimitReader(f, int64(limit)+1)); err != nil {
		return nil, Cause(err)
	}
	if data.Len() > limit {
		return nil, fmt.Errorf("the file is larger than %d bytes", limit)
	}
	return data.Bytes(), nil
}

func check(info fs.FileInfo, err error) error {
	switch {
	case err != nil:
		return Cause(err)
	case info.IsDir():
		return errFolder
	case IsDevice(info):
		return errDevice
	}
	return nil
}

// Cause returns an error without the operation and the name of the file, which
// the caller's message has. Where it is the name that is wrong, it says what to do.
func Cause(err error) error {
	switch {
	case errors.Is(err, syscall.ENAMETOOLONG):
		return errTooLong
	case errors.Is(err, syscall.ENOTDIR):
		return errNotFolder
	}
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
