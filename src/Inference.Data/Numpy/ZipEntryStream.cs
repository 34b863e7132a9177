using System.IO.Compression;
using System.IO.Hashing;
using Inference.Data.Contract;

namespace Inference.Data.Numpy;

/// <summary>The contents of one file of a zip archive, read forward; length and checksum are checked when the last byte is read. Owns the entry's stream, and the archive where it is given one.</summary>
internal sealed class ZipEntryStream : Stream
{
    private readonly Stream _stream;
    private readonly string _where;
    private readonly uint _expected;
    private readonly ZipArchive? _archive;
    private readonly Crc32 _crc = new();
    private long _position;

    /// <summary>Opens an entry.</summary>
    /// <exception cref="DataException">The archive is damaged there, or states more bytes than its compressed ones can make.</exception>
    public ZipEntryStream(ZipArchive? archive, ZipArchiveEntry entry, string where)
    {
        _archive = archive;
        _where = where;
        _expected = entry.Crc32;
        try
        {
            Length = entry.Length;
            if (Length / DataLimits.DeflateRatio > entry.CompressedLength)
            {
                throw new DataException($"{where}: the archive states {Length:N0} bytes, more than {entry.CompressedLength:N0} compressed bytes can produce. It is damaged: copy it again.");
            }

            _stream = entry.Open();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or NotSupportedException)
        {
            throw Damaged(exception);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="DataException">The archive is damaged.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_position == Length || buffer.IsEmpty)
        {
            return 0;
        }

        int read;
        try
        {
            read = _stream.Read(buffer[..(int)Math.Min(buffer.Length, Length - _position)]);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw Damaged(exception);
        }

        _crc.Append(buffer[..read]);
        _position += read;
        if (read == 0)
        {
            throw new DataException($"{_where}: expected {Length} bytes as stated in the archive, but the contents end after {_position}. The archive is truncated or damaged: copy it again.");
        }

        if (_position == Length && _crc.GetCurrentHashAsUInt32() is var found && found != _expected)
        {
            throw new DataException($"{_where}: expected the checksum {_expected:x8} (CRC-32) stated in the archive, got {found:x8}. The archive is damaged: copy it again.");
        }

        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
            _archive?.Dispose();
        }

        base.Dispose(disposing);
    }

    private DataException Damaged(Exception exception) => new($"{_where}: the archive could not be read ({exception.Message}) It is damaged, or compressed with an unsupported method: save it again with numpy.savez.", exception);
}
