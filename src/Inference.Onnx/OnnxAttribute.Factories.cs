using System.Text;

namespace Inference.Onnx;

public sealed partial class OnnxAttribute
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Creates a float attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value.</param>
    public static OnnxAttribute FromFloat(string name, float value) => new(name) { Kind = OnnxAttributeKind.Float, Float = value };

    /// <summary>Creates an integer attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value.</param>
    public static OnnxAttribute FromInt(string name, long value) => new(name) { Kind = OnnxAttributeKind.Int, Int = value };

    /// <summary>Creates a string attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value.</param>
    public static OnnxAttribute FromString(string name, string value) => new(name) { Kind = OnnxAttributeKind.String, String = value };

    /// <summary>Creates a tensor attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value; not copied.</param>
    public static OnnxAttribute FromTensor(string name, OnnxTensor value) => new(name) { Kind = OnnxAttributeKind.Tensor, Tensor = value };

    /// <summary>Creates a graph attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value; not copied.</param>
    public static OnnxAttribute FromGraph(string name, OnnxGraph value) => new(name) { Kind = OnnxAttributeKind.Graph, Graph = value };

    /// <summary>Creates a sparse tensor attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value; not copied.</param>
    public static OnnxAttribute FromSparseTensor(string name, OnnxSparseTensor value) => new(name) { Kind = OnnxAttributeKind.SparseTensor, SparseTensor = value };

    /// <summary>Creates a type attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value; not copied.</param>
    public static OnnxAttribute FromType(string name, OnnxType value) => new(name) { Kind = OnnxAttributeKind.Type, Type = value };

    /// <summary>Creates an attribute with a list of floats.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; copied.</param>
    public static OnnxAttribute FromFloats(string name, params ReadOnlySpan<float> values) => new(name) { Kind = OnnxAttributeKind.Floats, Floats = values.ToArray() };

    /// <summary>Creates an attribute with a list of integers.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; copied.</param>
    public static OnnxAttribute FromInts(string name, params ReadOnlySpan<long> values) => new(name) { Kind = OnnxAttributeKind.Ints, Ints = values.ToArray() };

    /// <summary>Creates an attribute with a list of strings.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; copied.</param>
    public static OnnxAttribute FromStrings(string name, params ReadOnlySpan<string> values) => new(name) { Kind = OnnxAttributeKind.Strings, Strings = values.ToArray() };

    /// <summary>Creates an attribute with a list of tensors.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; the list is copied, the tensors are not.</param>
    public static OnnxAttribute FromTensors(string name, params ReadOnlySpan<OnnxTensor> values) => new(name) { Kind = OnnxAttributeKind.Tensors, Tensors = values.ToArray() };

    /// <summary>Creates an attribute with a list of graphs.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; the list is copied, the graphs are not.</param>
    public static OnnxAttribute FromGraphs(string name, params ReadOnlySpan<OnnxGraph> values) => new(name) { Kind = OnnxAttributeKind.Graphs, Graphs = values.ToArray() };

    /// <summary>Creates an attribute with a list of sparse tensors.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; the list is copied, the tensors are not.</param>
    public static OnnxAttribute FromSparseTensors(string name, params ReadOnlySpan<OnnxSparseTensor> values) => new(name) { Kind = OnnxAttributeKind.SparseTensors, SparseTensors = values.ToArray() };

    /// <summary>Creates an attribute with a list of types.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; the list is copied, the types are not.</param>
    public static OnnxAttribute FromTypes(string name, params ReadOnlySpan<OnnxType> values) => new(name) { Kind = OnnxAttributeKind.Types, Types = values.ToArray() };

    /// <summary>Creates an attribute for a node inside a function whose value is an attribute of the function call.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="kind">The kind of value.</param>
    /// <param name="refAttributeName">The attribute of the function.</param>
    public static OnnxAttribute Reference(string name, OnnxAttributeKind kind, string refAttributeName) => new(name) { Kind = kind, RefAttributeName = refAttributeName };

    private string DecodeText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new OnnxFormatException("expected UTF-8 text, got bytes that are not UTF-8. Use the bytes instead of the text.", $"attribute '{Name}'", innerException: e);
        }
    }
}
