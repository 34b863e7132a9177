using System.Globalization;
using Inference.Onnx;

namespace Inference.Benchmarks.Operators;

/// <summary>
/// A model of a single operator, read from a line of <c>cases.txt</c>: <c>[domain:]Operator[@opset] [attribute=value …] : input … -> output type …</c>. An attribute is an integer, a
/// float (with a point), a list in brackets or a text in quotes.
/// </summary>
internal sealed class OperatorCase
{
    private const int DefaultOpset = 17;
    private readonly string _operator;
    private readonly string _domain;
    private readonly int _opset;
    private readonly string[] _attributes;
    private readonly CaseValue?[] _inputs;
    private readonly string[] _outputs;

    private OperatorCase(string line)
    {
        Name = line;
        int colon = line.IndexOf(" : ", StringComparison.Ordinal), arrow = line.IndexOf(" -> ", StringComparison.Ordinal);
        string[] head = Words(line[..colon]);
        string name = head[0];
        _attributes = head[1..];
        if (name.IndexOf('@', StringComparison.Ordinal) is > 0 and int at)
        {
            _opset = int.Parse(name[(at + 1)..], CultureInfo.InvariantCulture);
            name = name[..at];
        }
        else
        {
            _opset = DefaultOpset;
        }

        int dot = name.LastIndexOf('.');
        (_domain, _operator) = dot < 0 ? ("", name) : (name[..dot], name[(dot + 1)..]);
        _inputs = [.. Words(line[(colon + 3)..arrow]).Select(CaseValue.Parse)];
        _outputs = Words(line[(arrow + 4)..]);
    }

    public string Name { get; }

    public string Operator => _operator;

    /// <summary>Reads the cases of a file; empty lines and those that begin with # are none.</summary>
    public static IReadOnlyList<OperatorCase> Read(string path)
    {
        var cases = new List<OperatorCase>();
        foreach (string line in File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            try
            {
                cases.Add(new(line));
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException or IndexOutOfRangeException)
            {
                throw new FormatException($"{path}: '{line}': {exception.Message}", exception);
            }
        }

        return cases;
    }

    public byte[] Model()
    {
        var model = new OnnxModel { IrVersion = 10, ProducerName = "benchmarks" };
        model.Graph.Name = "operator";
        model.OperatorSets.Add(new("", _opset));
        if (_domain.Length > 0)
        {
            model.OperatorSets.Add(new(_domain, _domain == "ai.onnx.ml" ? 3 : 1));
        }

        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i] is { IsConstant: true } constant)
            {
                model.Graph.Initializers.Add(OnnxTensor.FromBytes(InputName(i), constant.Type, constant.Bytes(i + 1), constant.Dims));
            }
            else if (_inputs[i] is { } input)
            {
                model.Graph.Inputs.Add(new(InputName(i), OnnxType.Tensor(input.Type, [.. input.Dims.Select(d => (OnnxDimension)d)])));
            }
        }

        string[] outputs = [.. _outputs.Select((type, i) => type == "_" ? "" : "y" + i.ToString(CultureInfo.InvariantCulture))];
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Length > 0)
            {
                model.Graph.Outputs.Add(new(outputs[i], OnnxType.Tensor(CaseValue.TypeOf(_outputs[i]))));
            }
        }

        var node = new OnnxNode(_operator, [.. _inputs.Select((v, i) => v is null ? "" : InputName(i))], outputs, _domain);
        node.Attributes.AddRange(_attributes.Select(Attribute));
        model.Graph.Nodes.Add(node);
        return model.ToArray();
    }

    public List<(string Name, TensorValue Value)> Inputs()
    {
        var inputs = new List<(string, TensorValue)>();
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i] is { IsConstant: false } input)
            {
                TensorValue value = TensorValue.Allocate((ElementType)(int)input.Type, input.Dims);
                input.Bytes(i + 1).CopyTo(value.AsWritableBytes());
                inputs.Add((InputName(i), value));
            }
        }

        return inputs;
    }

    private static string InputName(int index) => "x" + index.ToString(CultureInfo.InvariantCulture);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static OnnxAttribute Attribute(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        (string name, string value) = (text[..equals], text[(equals + 1)..]);
        if (value[0] == '\'')
        {
            return OnnxAttribute.FromString(name, value.Trim('\''));
        }

        bool real = value.Contains('.', StringComparison.Ordinal);
        if (value[0] == '[')
        {
            string[] parts = value.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries);
            return real
                ? OnnxAttribute.FromFloats(name, [.. parts.Select(p => float.Parse(p, CultureInfo.InvariantCulture))])
                : OnnxAttribute.FromInts(name, [.. parts.Select(p => long.Parse(p, CultureInfo.InvariantCulture))]);
        }

        return real ? OnnxAttribute.FromFloat(name, float.Parse(value, CultureInfo.InvariantCulture)) : OnnxAttribute.FromInt(name, long.Parse(value, CultureInfo.InvariantCulture));
    }
}
