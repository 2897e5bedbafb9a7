package scale

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dchest/siphash"

	"github.com/plumbapi/plumb/internal/engine"
)

// Run is what all steps of a run have in common: the description, the settings, the
// version of plumb, and the key of the run.
type Run struct {
	sum   [2]uint64
	block cipher.Block
}

// form is the form of the lines. Builds without a version that write others have another.
const form = "2"

// NewRun returns the run with a key and settings.
func NewRun(key, settings string) *Run {
	secret := sha256.Sum256([]byte("secret\x00" + form + "\x00" + key + "\x00" + settings))
	block, err := aes.NewCipher(secret[16:])
	if err != nil {
		panic(err) // the key has 16 bytes
	}
	return &Run{
		sum:   [2]uint64{binary.BigEndian.Uint64(secret[:8]), binary.BigEndian.Uint64(secret[8:16])},
		block: block,
	}
}

// hash returns a hash of a line that only who has the key of the run can make.
func (r *Run) hash(key string, record []byte) uint64 {
	return siphash.Hash(r.sum[0], siphash.Hash(r.sum[0], r.sum[1], []byte(key)), record)
}

// tagSize is the size of the hash with which sealed data begin, in bytes.
const tagSize = 6

// seal returns the record that holds data, which nobody without the key of the run can
// read. Equal data give equal records.
func (r *Run) seal(key string, data []byte) []byte {
	var tag [aes.BlockSize]byte
	r.tag(&tag, key, data)
	sealed := make([]byte, tagSize+len(data))
	copy(sealed, tag[:tagSize])
	cipher.NewCTR(r.block, tag[:]).XORKeyStream(sealed[tagSize:], data)
	return base64.RawStdEncoding.AppendEncode(nil, sealed)
}

// tag sets the first bytes of the tag to a hash of the data, and the last ones to one of
// the key, so that only the lines of one resource could be sealed in the same way.
func (r *Run) tag(tag *[aes.BlockSize]byte, key string, data []byte) {
	binary.BigEndian.PutUint64(tag[:], r.hash(key, data))
	clear(tag[tagSize:])
	r.tagKey(tag, key)
}

func (r *Run) tagKey(tag *[aes.BlockSize]byte, key string) {
	binary.BigEndian.PutUint64(tag[8:], siphash.Hash(r.sum[1], r.sum[0], []byte(key)))
}

// open returns the data in a record.
func (r *Run) open(key string, record []byte) ([]byte, error) {
	sealed, err := base64.RawStdEncoding.AppendDecode(nil, record)
	if err != nil || len(sealed) < tagSize {
		return nil, errNotOfRun
	}
	var tag, want [aes.BlockSize]byte
	copy(tag[:], sealed[:tagSize])
	r.tagKey(&tag, key)
	data := make([]byte, len(sealed)-tagSize)
	cipher.NewCTR(r.block, tag[:]).XORKeyStream(data, sealed[tagSize:])
	if r.tag(&want, key, data); tag != want {
		return nil, errNotOfRun
	}
	return data, nil
}

// errNotOfRun is the error of a record that was changed, or is of another run.
var errNotOfRun = errors.New("it is of another run, or was changed; all steps must have one --run-key, description, flags and version of plumb")

// keyOf returns the key of the lines of a resource.
func keyOf(key engine.ResourceKey) string {
	return base64.RawStdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(key)))
}

// resourceOf returns the resource that lines with a key are about.
func resourceOf(key string) (engine.ResourceKey, error) {
	b, err := base64.RawStdEncoding.DecodeString(key)
	if err != nil || len(b) != 8 {
		return 0, fmt.Errorf("%q is not the key of a resource", key)
	}
	return engine.ResourceKey(binary.BigEndian.Uint64(b)), nil
}

// numberOf returns the number of the object that verdicts with a key are for.
func numberOf(key string) (n int, ok bool) {
	text, ok := strings.CutPrefix(key, OutcomeKey)
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n >= 0
}

// objectKey returns the key of the verdicts for an object.
func objectKey(number int) string { return OutcomeKey + strconv.Itoa(number) }
