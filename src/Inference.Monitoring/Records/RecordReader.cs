using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;

namespace Inference.Monitoring.Records;

/// <summary>Reads what <see cref="RecordWriter"/> wrote. The seal is checked first, so that damage is found before anything is used.</summary>
internal ref struct RecordReader
{
    private readonly string _what;
    private readonly ReadOnlySpan<byte> _data;
    private int _at;

    /// <param name="what">What is read, for messages: such as <c>Profile 'x.profile'</c>.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="magic">The first bytes.</param>
    /// <param name="version">The latest version that is understood.</param>
    /// <param name="oldest">The first version that is understood.</param>
    /// <exception cref="MonitoringException">The bytes are something else, damaged, or of another version.</exception>
    public RecordReader(string what, ReadOnlySpan<byte> data, ReadOnlySpan<byte> magic, int version, int oldest = 1)
    {
        _what = what;
        _data = data;
        if (!data.StartsWith(magic))
        {
            throw new MonitoringException($"{what}: expected a file that begins with '{Encoding.ASCII.GetString(magic)}', got {data.Length} other bytes. Check the path.");
        }

        if (data.Length < magic.Length + 9 || XxHash64.HashToUInt64(data[..^8]) != BinaryPrimitives.ReadUInt64LittleEndian(data[^8..]))
        {
            throw new MonitoringException($"{what}: its checksum does not match its {data.Length} bytes: it is damaged or incomplete. Restore it from a copy, or make it again.");
        }

        _data = data[..^8];
        _at = magic.Length;
        Version = Int();
        if (Version < oldest || Version > version)
        {
            throw new MonitoringException($"{what}: expected version {(oldest == version ? "" : $"{oldest} to ")}{version} of the format, got {Version}. Use the release that wrote it, or make it again.");
        }
    }

    /// <summary>The version that wrote the bytes.</summary>
    public int Version { get; }

    /// <summary>A number from 0 to 2⁶³ − 1.</summary>
    public long Number()
    {
        UInt128 value = Unsigned();
        if (value > long.MaxValue)
        {
            Throw("a number is out of range");
        }

        return (long)value;
    }

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public int Int(int most = int.MaxValue)
    {
        long value = Number();
        if (value > most)
        {
            Throw($"a number is {value}, expected at most {most}");
        }

        return (int)value;
    }

    /// <summary>The length of a list, each of whose items takes at least one byte.</summary>
    public int Count(int bytesEach = 1)
    {
        int count = Int();
        if ((long)count * bytesEach > _data.Length - _at)
        {
            Throw($"a list of {count} items does not fit");
        }

        return count;
    }

    public UInt128 Unsigned()
    {
        UInt128 value = 0;
        for (int shift = 0; shift < 7 * 19; shift += 7)
        {
            if (_at >= _data.Length)
            {
                Throw("it ends early");
            }

            byte next = _data[_at++];
            value |= (UInt128)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        Throw("a number is too long");
        return 0;
    }

    public Int128 Signed()
    {
        UInt128 value = Unsigned();
        return (Int128)(value >> 1) ^ -(Int128)(value & 1);
    }

    public bool Flag() => Int(1) == 1;

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public string Text() => Encoding.UTF8.GetString(Take(Count()));

    public ReadOnlySpan<byte> Bytes() => Take(Count());

    /// <summary>Requires that so many bytes are left, at least.</summary>
    public readonly void Require(long bytes)
    {
        if (bytes > _data.Length - _at)
        {
            Throw($"it has {_data.Length - _at} bytes for numbers that take at least {bytes}");
        }
    }

    /// <summary>Requires that nothing is left.</summary>
    public readonly void End()
    {
        if (_at != _data.Length)
        {
            Throw($"{_data.Length - _at} bytes are left over");
        }
    }

    [DoesNotReturn]
    public readonly void Throw(string why) => throw new MonitoringException($"{_what}: its checksum matches, but {why}. Make it again.");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - _at)
        {
            Throw("it ends early");
        }

        ReadOnlySpan<byte> taken = _data.Slice(_at, count);
        _at += count;
        return taken;
    }
}
