using System.Text;

namespace Inference.Onnx;

public sealed partial class OnnxAttribute
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A float attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public static OnnxAttribute FromFloat(string name, float value) => new(name) { Kind = OnnxAttributeKind.Float, Float = value };

    /// <summary>An integer attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public static OnnxAttribute FromInt(string name, long value) => new(name) { Kind = OnnxAttributeKind.Int, Int = value };

    /// <summary>A string attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public static OnnxAttribute FromString(string name, string value) => new(name) { Kind = OnnxAttributeKind.String, String = value };

    /// <summary>A tensor attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value, not copied.</param>
    public static OnnxAttribute FromTensor(string name, OnnxTensor value) => new(name) { Kind = OnnxAttributeKind.Tensor, Tensor = value };

    /// <summary>A graph attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value, not copied.</param>
    public static OnnxAttribute FromGraph(string name, OnnxGraph value) => new(name) { Kind = OnnxAttributeKind.Graph, Graph = value };

    /// <summary>A sparse tensor attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value, not copied.</param>
    public static OnnxAttribute FromSparseTensor(string name, OnnxSparseTensor value) => new(name) { Kind = OnnxAttributeKind.SparseTensor, SparseTensor = value };

    /// <summary>A type attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value, not copied.</param>
    public static OnnxAttribute FromType(string name, OnnxType value) => new(name) { Kind = OnnxAttributeKind.Type, Type = value };

    /// <summary>An attribute that lists floats.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values, copied.</param>
    public static OnnxAttribute FromFloats(string name, params ReadOnlySpan<float> values) => new(name) { Kind = OnnxAttributeKind.Floats, Floats = values.ToArray() };

    /// <summary>An attribute that lists integers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values, copied.</param>
    public static OnnxAttribute FromInts(string name, params ReadOnlySpan<long> values) => new(name) { Kind = OnnxAttributeKind.Ints, Ints = values.ToArray() };

    /// <summary>An attribute that lists strings.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values, copied.</param>
    public static OnnxAttribute FromStrings(string name, params ReadOnlySpan<string> values) => new(name) { Kind = OnnxAttributeKind.Strings, Strings = values.ToArray() };

    /// <summary>An attribute that lists tensors.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values; the list is copied, the tensors are not.</param>
    public static OnnxAttribute FromTensors(string name, params ReadOnlySpan<OnnxTensor> values) => new(name) { Kind = OnnxAttributeKind.Tensors, Tensors = values.ToArray() };

    /// <summary>An attribute that lists graphs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values; the list is copied, the graphs are not.</param>
    public static OnnxAttribute FromGraphs(string name, params ReadOnlySpan<OnnxGraph> values) => new(name) { Kind = OnnxAttributeKind.Graphs, Graphs = values.ToArray() };

    /// <summary>An attribute that lists sparse tensors.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values; the list is copied, the tensors are not.</param>
    public static OnnxAttribute FromSparseTensors(string name, params ReadOnlySpan<OnnxSparseTensor> values) => new(name) { Kind = OnnxAttributeKind.SparseTensors, SparseTensors = values.ToArray() };

    /// <summary>An attribute that lists types.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values; the list is copied, the types are not.</param>
    public static OnnxAttribute FromTypes(string name, params ReadOnlySpan<OnnxType> values) => new(name) { Kind = OnnxAttributeKind.Types, Types = values.ToArray() };

    /// <summary>Inside a function: an attribute whose value the caller of the function gives.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">What it holds.</param>
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
            throw new OnnxFormatException("expected UTF-8 text, got other bytes. Use the bytes instead of the text.", $"attribute '{Name}'", innerException: e);
        }
    }
}
