using Inference.Onnx;

namespace Inference.Tests.Passes.Equivalence;

/// <summary>Graphs of QuantizeLinear and DequantizeLinear, and products of integers.</summary>
internal sealed partial class RandomModel
{
    private float _scale;

    private string Bytes(bool signed, byte[] data, params ReadOnlySpan<long> dims)
    {
        string name = Name();
        _model.Graph.Initializers.Add(signed ? OnnxTensor.Create<sbyte>(name, Array.ConvertAll(data, b => (sbyte)b), dims) : OnnxTensor.Create<byte>(name, data, dims));
        return name;
    }

    private string ScaleOf(float scale)
    {
        _scale = Math.Max(_scale, scale);
        return Chance(0.8) ? Floats([scale]) : Floats([scale], 1);
    }

    private string Quantize(string x, out string scale, out string zero)
    {
        bool signed = Chance(0.4);
        scale = ScaleOf(Pick(0.02f, 0.03f, 0.05f));
        zero = Bytes(signed, [signed ? (byte)3 : (byte)120]);
        return Node("QuantizeLinear", [x, scale, zero]);
    }

    private string Dequantized(string x)
    {
        string q = Quantize(x, out string scale, out string zero);
        return Node("DequantizeLinear", [q, scale, zero]);
    }

    private string QuantizedMatrix(int axis, params ReadOnlySpan<long> dims)
    {
        long count = 1;
        foreach (long d in dims)
        {
            count *= d;
        }

        var data = new byte[count];
        _random.NextBytes(data);
        string w = Bytes(signed: true, data, dims);
        if (Chance(0.5))
        {
            return Node("DequantizeLinear", [w, Floats([0.004f]), Bytes(true, [0])]);
        }

        long channels = dims[axis];
        return Node("DequantizeLinear", [w, Floats([.. Enumerable.Range(0, (int)channels).Select(i => 0.003f + (0.001f * i))], channels), Bytes(true, new byte[channels], channels)], OnnxAttribute.FromInt("axis", axis));
    }

    private Item? Quantized(Item x)
    {
        if (x.Rank < 2)
        {
            return null;
        }

        string d = Dequantized(x.Name);
        Item y;
        switch (_random.Next(6))
        {
            case 0:
                long n = Pick(1L, 4L, 8L);
                y = new(Node("MatMul", [d, QuantizedMatrix(1, x.Dims[^1], n)]), [.. x.Dims[..^1], n]);
                break;
            case 1 when x.Rank == 2:
                long m = Pick(1L, 4L, 8L);
                string c = Weights(0.5f, Chance(0.8) ? m : 1);
                y = new(Node("Gemm", Chance(0.5) ? [d, QuantizedMatrix(0, m, x.Dims[1]), c] : [d, QuantizedMatrix(0, m, x.Dims[1])], OnnxAttribute.FromInt("transB", 1)), [x.Dims[0], m]);
                break;
            case 2 when x.Rank is 3 or 4:
                long o = Pick(1L, 2L, 4L);
                string w = QuantizedMatrix(0, [o, x.Dims[1], .. Enumerable.Repeat(1L, x.Rank - 2)]);
                y = new(Node("Conv", Chance(0.5) ? [d, w, Weights(0.5f, o)] : [d, w]), [x.Dims[0], o, .. x.Dims[2..]]);
                break;
            case 3:
                Item[] others = [.. _items.Where(i => Broadcast(i.Dims, x.Dims) is not null)];
                Item other = others[_random.Next(others.Length)];
                y = new(Node(Pick("Add", "Mul"), [d, Dequantized(other.Name)]), Broadcast(x.Dims, other.Dims)!);
                break;
            case 4:
                y = new(Node("Transpose", [d], OnnxAttribute.FromInts("perm", [.. Enumerable.Range(0, x.Rank).Reverse().Select(i => (long)i)])), [.. x.Dims.Reverse()]);
                break;
            default:
                y = Activation(new(d, x.Dims))!;
                break;
        }

        y = Chance(0.3) ? new(Node("Relu", [y.Name]), y.Dims) : Chance(0.1) ? new(Node("Clip", [y.Name, Floats([-0.5f]), Floats([0.5f])]), y.Dims) : y;
        return new(Dequantized(y.Name), y.Dims);
    }

    private Item? IntegerDense(Item x)
    {
        if (x.Rank < 2)
        {
            return null;
        }

        long k = x.Dims[^1];
        long n = Pick(1L, 4L, 8L);
        string[] dynamic = [Name(), Name(), Name()];
        _graph.Nodes.Add(new("DynamicQuantizeLinear", [x.Name], dynamic));
        var data = new byte[k * n];
        _random.NextBytes(data);
        string product = Node("MatMulInteger", [dynamic[0], Bytes(true, data, k, n), dynamic[2], Bytes(true, [0])]);
        if (Chance(0.3))
        {
            string addend = Name();
            _model.Graph.Initializers.Add(OnnxTensor.Create<int>(addend, [.. Enumerable.Range(0, (int)n)], n));
            product = Swapped("Add", product, addend);
        }

        string single = Node("Cast", [product], OnnxAttribute.FromInt("to", 1));
        // Codes of a range that was rounded itself mean nothing without its scale.
        string scale = _scale > 0 || Chance(0.5) ? Swapped("Mul", dynamic[1], Chance(0.5) ? Floats([0.004f]) : Weights(0.01f, n)) : One(0.004f, other: 0);
        _scale = Math.Max(_scale, 0.02f);
        var y = new Item(Swapped("Mul", single, scale), [.. x.Dims[..^1], n]);
        y = Chance(0.5) ? new(Swapped("Add", y.Name, Weights(1f, Chance(0.8) ? n : 1)), y.Dims) : y;
        return Chance(0.4) ? Activation(y) : y;
    }
}
