// What Go's golang.org/x/mod/sumdb (tlog, note) says of our logs: one JSON question a line on standard input, one JSON answer a line on standard output.
// Ours are only the reading of files, the verifier of a cosignature (C2SP, type 0x04) and the comparing; hashes, proofs, tiles and notes are the library's.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type question struct {
	Kind    string            `json:"kind"`
	Note    []byte            `json:"note"`
	Other   []byte            `json:"other"`
	Keys    []string          `json:"keys"`
	Size    int64             `json:"size"`
	Root    []byte            `json:"root"`
	Old     int64             `json:"old"`
	OldRoot []byte            `json:"old_root"`
	Index   int64             `json:"index"`
	Leaf    []byte            `json:"leaf"`
	Proof   [][]byte          `json:"proof"`
	Dir     string            `json:"dir"`
	Indexes []int64           `json:"indexes"`
	Olds    []int64           `json:"olds"`
	Overlay map[string][]byte `json:"overlay"`
	Leaves  []byte            `json:"leaves"`
	Entries [][]byte          `json:"entries"`
	Sizes   []int64           `json:"sizes"`
	Name    string            `json:"name"`
	Seed    []byte            `json:"seed"`
}

type answer struct {
	OK      bool       `json:"ok"`
	Why     string     `json:"why"`
	Signers []string   `json:"signers,omitempty"`
	Records [][][]byte `json:"records,omitempty"`
	Trees   [][][]byte `json:"trees,omitempty"`
	Key     string     `json:"key,omitempty"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var q question
			if err := json.Unmarshal(line, &q); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
			a, err := judge(&q)
			if a.OK = err == nil; err != nil {
				a.Why = err.Error()
			}
			out.Encode(a)
		}
		if err != nil {
			return
		}
	}
}

func judge(q *question) (a answer, err error) {
	defer func() { // the library panics on some sizes; that is a refusal
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	switch q.Kind {
	case "note":
		opened, _, err := head(q.Note, q.Keys)
		if err != nil {
			return a, err
		}
		for _, sig := range opened.Sigs {
			a.Signers = append(a.Signers, sig.Name)
		}
		return a, nil
	case "record":
		th, err := hash(q.Root)
		if err != nil {
			return a, err
		}
		leaf, err := hash(q.Leaf)
		if err != nil {
			return a, err
		}
		proof, err := hashes(q.Proof)
		if err != nil {
			return a, err
		}
		return a, tlog.CheckRecord(tlog.RecordProof(proof), q.Size, th, q.Index, leaf)
	case "tree":
		th, err := hash(q.Root)
		if err != nil {
			return a, err
		}
		old, err := hash(q.OldRoot)
		if err != nil {
			return a, err
		}
		proof, err := hashes(q.Proof)
		if err != nil {
			return a, err
		}
		return a, tlog.CheckTree(tlog.TreeProof(proof), q.Size, th, q.Old, old)
	case "log":
		return log(q)
	case "conflict":
		return a, conflict(q)
	case "write":
		return write(q)
	}
	return a, errors.New("unknown question")
}

// log checks a signed log on the disk: its checkpoint, its tiles, the asked entries, and makes proofs for them.
func log(q *question) (a answer, err error) {
	_, tree, err := head(q.Note, q.Keys)
	if err != nil {
		return a, err
	}
	reader := tlog.TileHashReader(tree, &disk{q.Dir, q.Overlay})
	th, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return a, err
	}
	if th != tree.Hash {
		return a, errors.New("the tiles have another root")
	}
	for _, index := range q.Indexes {
		data, err := entry(q, index, tree.N)
		if err != nil {
			return a, err
		}
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return a, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(data)); err != nil {
			return a, err
		}
		a.Records = append(a.Records, plain(proof))
	}
	for _, old := range q.Olds {
		proof, err := tlog.ProveTree(tree.N, old, reader)
		if err != nil {
			return a, err
		}
		before, err := tlog.TreeHash(old, reader)
		if err != nil {
			return a, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, before); err != nil {
			return a, err
		}
		a.Trees = append(a.Trees, plain(proof))
	}
	return a, nil
}

// conflict holds if both notes are signed by the one key, of one log, and cannot both be true: equal sizes and different roots, or, with the leaf hashes of the
// longer one, a shorter head that is no beginning of it.
func conflict(q *question) error {
	one, first, err := head(q.Note, q.Keys)
	if err != nil {
		return err
	}
	other, second, err := head(q.Other, q.Keys)
	if err != nil {
		return err
	}
	if origin(one.Text) != origin(other.Text) {
		return errors.New("the heads are of two logs")
	}
	if first.N == second.N {
		if first.Hash == second.Hash {
			return errors.New("the heads are the same")
		}
		return nil
	}
	if first.N > second.N {
		first, second = second, first
	}
	if int64(len(q.Leaves)) != second.N*tlog.HashSize {
		return errors.New("heads of two sizes contradict each other only together with the leaves of the longer log")
	}
	store := &memory{}
	for n := int64(0); n < second.N; n++ {
		var leaf tlog.Hash
		copy(leaf[:], q.Leaves[n*tlog.HashSize:])
		added, err := tlog.StoredHashesForRecordHash(n, leaf, store)
		if err != nil {
			return err
		}
		store.hashes = append(store.hashes, added...)
	}
	whole, err := tlog.TreeHash(second.N, store)
	if err != nil {
		return err
	}
	if whole != second.Hash {
		return errors.New("the leaves are not those of the longer head")
	}
	part, err := tlog.TreeHash(first.N, store)
	if err != nil {
		return err
	}
	if part == first.Hash {
		return errors.New("the longer log continues the shorter one")
	}
	return nil
}

// write makes a log by the library alone: stored hashes, tiles, a signed note a size.
func write(q *question) (a answer, err error) {
	skey, vkey, err := note.GenerateKey(bytes.NewReader(q.Seed), q.Name)
	if err != nil {
		return a, err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return a, err
	}
	a.Key = vkey
	store, done := &memory{}, int64(0)
	for _, size := range q.Sizes {
		for n := done; n < size; n++ {
			added, err := tlog.StoredHashes(n, q.Entries[n], store)
			if err != nil {
				return a, err
			}
			store.hashes = append(store.hashes, added...)
		}
		for _, tile := range tlog.NewTiles(height, done, size) {
			data, err := tlog.ReadTileData(tile, store)
			if err != nil {
				return a, err
			}
			if err := put(filepath.Join(q.Dir, path(tile)), data); err != nil {
				return a, err
			}
			if tile.L > 0 {
				continue
			}
			var bundle bytes.Buffer
			for n := tile.N << height; n < tile.N<<height+int64(tile.W); n++ {
				binary.Write(&bundle, binary.BigEndian, uint16(len(q.Entries[n])))
				bundle.Write(q.Entries[n])
			}
			tile.L = -1
			if err := put(filepath.Join(q.Dir, path(tile)), bundle.Bytes()); err != nil {
				return a, err
			}
		}
		done = size
		root, err := tlog.TreeHash(size, store)
		if err != nil {
			return a, err
		}
		text := fmt.Sprintf("%s\n%d\n%s\n", q.Name, size, root)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return a, err
		}
		if err := put(filepath.Join(q.Dir, fmt.Sprintf("checkpoint.%d", size)), signed); err != nil {
			return a, err
		}
		var records, trees [][][]byte
		for n := int64(0); n < size; n += 1 + size/7 {
			proof, err := tlog.ProveRecord(size, n, store)
			if err != nil {
				return a, err
			}
			records = append(records, plain(proof))
		}
		for n := int64(1); n <= size; n += 1 + size/7 {
			proof, err := tlog.ProveTree(size, n, store)
			if err != nil {
				return a, err
			}
			trees = append(trees, plain(proof))
		}
		a.Records, a.Trees = append(a.Records, records...), append(a.Trees, trees...)
	}
	return a, nil
}

func head(data []byte, keys []string) (*note.Note, tlog.Tree, error) {
	var known []note.Verifier
	for _, key := range keys {
		verifier, err := verifier(key)
		if err != nil {
			return nil, tlog.Tree{}, err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	// The library's own reader of tree heads wants the origin of Go's database; the rest is the same.
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + strings.TrimPrefix(opened.Text, origin(opened.Text)+"\n")))
	return opened, tree, err
}

func origin(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

// verifier knows type 0x01 by the library and adds type 0x04.
func verifier(key string) (note.Verifier, error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) == 3 {
		if blob, err := base64.StdEncoding.DecodeString(parts[2]); err == nil && len(blob) == 33 && blob[0] == 4 {
			sum := sha256.Sum256(append([]byte(parts[0]+"\n"), blob...))
			if fmt.Sprintf("%x", sum[:4]) != parts[1] {
				return nil, errors.New("the key has another id")
			}
			return &cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), blob[1:]}, nil
		}
	}
	return note.NewVerifier(key)
}

type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

type disk struct {
	dir     string
	overlay map[string][]byte
}

func (d *disk) Height() int                      { return height }
func (d *disk) SaveTiles([]tlog.Tile, [][]byte) {}
func (d *disk) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := d.read(path(tile))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (d *disk) read(name string) ([]byte, error) {
	if data, ok := d.overlay[name]; ok {
		return data, nil
	}
	return os.ReadFile(filepath.Join(d.dir, name))
}

// path is the library's, in the form of c2sp.org/tlog-tiles: without the height, "entries" for "data".
func path(tile tlog.Tile) string {
	name := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tile.H), "tile/", 1)
	return strings.Replace(name, "tile/data/", "tile/entries/", 1)
}

// entry reads one entry out of its bundle: u16be length, bytes.
func entry(q *question, index, size int64) ([]byte, error) {
	tile := tlog.Tile{H: height, L: -1, N: index >> height, W: 1 << height}
	if left := size - tile.N<<height; left < 1<<height {
		tile.W = int(left)
	}
	data, err := (&disk{q.Dir, q.Overlay}).read(path(tile))
	if err != nil {
		return nil, err
	}
	for n := tile.N << height; ; n++ {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("the bundle is cut short")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if n == index {
			return data[2:end], nil
		}
		data = data[end:]
	}
}

type memory struct{ hashes []tlog.Hash }

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = m.hashes[index]
	}
	return found, nil
}

func hash(data []byte) (h tlog.Hash, err error) {
	if len(data) != tlog.HashSize {
		return h, errors.New("not a hash")
	}
	copy(h[:], data)
	return h, nil
}

func hashes(data [][]byte) (found []tlog.Hash, err error) {
	for _, each := range data {
		h, err := hash(each)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, nil
}

func plain(proof []tlog.Hash) [][]byte {
	found := [][]byte{}
	for _, each := range proof {
		found = append(found, append([]byte{}, each[:]...))
	}
	return found
}

func put(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}
