using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Inference.Onnx.Files;
using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

/// <summary>What one reading shares: the bytes, limits and their counters, the strings, and the path to the field at hand.</summary>
internal sealed class ReadContext(ReadOnlyMemory<byte> bytes, OnnxReadOptions options, IExternalData external, string? fileName)
{
    private (string Name, int Index)[] _path = new (string, int)[16];
    private int _depth;
    private int _messages;
    private int _nodes;
    private long _elements;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public IExternalData External { get; } = external;

    public StringCache Strings { get; } = new(bytes.Length);

    /// <summary>For bytes in memory.</summary>
    public static ReadContext Standalone(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options, IExternalData? external = null)
    {
        options ??= OnnxReadOptions.Default;
        return bytes.Length <= options.MaxFileBytes
            ? new ReadContext(bytes, options, external ?? new ExternalDataSource(options.BaseDirectory, options), null)
            : throw new OnnxFormatException(
                $"expected at most {options.MaxFileBytes} bytes ({nameof(OnnxReadOptions.MaxFileBytes)}), got {bytes.Length}. Raise the limit if you trust the file.");
    }

    public void Push(string name, int index, long offset)
    {
        if (_depth >= options.MaxNestingDepth)
        {
            Fail(offset, $"expected at most {options.MaxNestingDepth} nested messages ({nameof(OnnxReadOptions.MaxNestingDepth)}), got more. Raise the limit if you trust the file.", name);
        }

        if (++_messages > options.MaxMessages)
        {
            Fail(offset, $"expected at most {options.MaxMessages} messages ({nameof(OnnxReadOptions.MaxMessages)}), got more. Raise the limit if you trust the file.", name);
        }

        if (_depth == _path.Length)
        {
            Array.Resize(ref _path, _depth * 2);
        }

        _path[_depth++] = (name, index);
    }

    public void Pop() => _depth--;

    public void CountNode(long offset)
    {
        if (++_nodes > options.MaxNodes)
        {
            Fail(offset, $"expected at most {options.MaxNodes} nodes ({nameof(OnnxReadOptions.MaxNodes)}), got more. Raise the limit if you trust the file.");
        }
    }

    public void CountElements(ReadOnlySpan<long> dims, long offset)
    {
        var count = OnnxTensor.Count(dims);
        if (count < 0)
        {
            Fail(offset, $"expected dimensions of 0 or more with a product below 2^63, got [{string.Join(',', dims.ToArray())}]. Correct the model.", "dims");
        }

        if (count > options.MaxTensorElements)
        {
            Fail(offset, $"expected at most {options.MaxTensorElements} elements ({nameof(OnnxReadOptions.MaxTensorElements)}), got {count}. Raise the limit if you trust the file.", "dims");
        }

        if (count > options.MaxTotalElements - _elements)
        {
            Fail(offset, $"expected at most {options.MaxTotalElements} elements in total ({nameof(OnnxReadOptions.MaxTotalElements)}), got more. Raise the limit if you trust the file.", "dims");
        }

        _elements += count;
    }

    [DoesNotReturn]
    public void Fail(long offset, string problem, string field = "")
    {
        var path = new StringBuilder();
        for (var i = 0; i < _depth; i++)
        {
            path.Append(i == 0 ? "" : ".").Append(_path[i].Name);
            if (_path[i].Index >= 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{_path[i].Index}]");
            }
        }

        if (field.Length > 0)
        {
            path.Append(path.Length == 0 ? "" : ".").Append(field);
        }

        throw new OnnxFormatException(problem, path.ToString(), offset, fileName);
    }
}
