namespace Inference.Onnx;

public sealed partial class OnnxNode
{
    /// <summary>Returns the first attribute with the given name; null if there is none.</summary>
    /// <param name="name">The name of the attribute.</param>
    public OnnxAttribute? Attribute(string name)
    {
        foreach (var attribute in Attributes)
        {
            if (attribute.Name == name)
            {
                return attribute;
            }
        }

        return null;
    }

    /// <summary>Whether the node has an attribute with the given name.</summary>
    /// <param name="name">The name of the attribute.</param>
    public bool HasAttribute(string name) => Attribute(name) is not null;

    /// <summary>Returns the value of an integer attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="defaultValue">The value returned if the node has no such attribute.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, or refers to an attribute of a function.</exception>
    public long GetInt(string name, long defaultValue = 0) => Typed(name, OnnxAttributeKind.Int)?.Int ?? defaultValue;

    /// <summary>Returns the value of a float attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="defaultValue">The value returned if the node has no such attribute.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, or refers to an attribute of a function.</exception>
    public float GetFloat(string name, float defaultValue = 0) => Typed(name, OnnxAttributeKind.Float)?.Float ?? defaultValue;

    /// <summary>Returns the value of a string attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="defaultValue">The value returned if the node has no such attribute.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, refers to an attribute of a function, or is not UTF-8.</exception>
    public string GetString(string name, string defaultValue = "") => Typed(name, OnnxAttributeKind.String)?.String ?? defaultValue;

    /// <summary>Returns the value of an integer-list attribute; not a copy.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="defaultValue">The value returned if the node has no such attribute; null for an empty list.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, or refers to an attribute of a function.</exception>
    public long[] GetInts(string name, long[]? defaultValue = null) => Typed(name, OnnxAttributeKind.Ints)?.Ints ?? defaultValue ?? [];

    /// <summary>Returns the value of a float-list attribute; not a copy.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="defaultValue">The value returned if the node has no such attribute; null for an empty list.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, or refers to an attribute of a function.</exception>
    public float[] GetFloats(string name, float[]? defaultValue = null) => Typed(name, OnnxAttributeKind.Floats)?.Floats ?? defaultValue ?? [];

    /// <summary>Returns the value of a string-list attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="defaultValue">The value returned if the node has no such attribute; null for an empty list.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, refers to an attribute of a function, or is not UTF-8.</exception>
    public string[] GetStrings(string name, string[]? defaultValue = null) => Typed(name, OnnxAttributeKind.Strings)?.Strings ?? defaultValue ?? [];

    /// <summary>Returns the value of a tensor attribute; null if the node has no such attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, or refers to an attribute of a function.</exception>
    public OnnxTensor? GetTensor(string name) => Typed(name, OnnxAttributeKind.Tensor)?.Tensor;

    /// <summary>Returns the value of a graph attribute; null if the node has no such attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <exception cref="OnnxFormatException">The attribute has another kind, or refers to an attribute of a function.</exception>
    public OnnxGraph? GetGraph(string name) => Typed(name, OnnxAttributeKind.Graph)?.Graph;

    /// <summary>Replaces the attribute with the same name, keeping its position, or appends it.</summary>
    /// <param name="attribute">The attribute; not copied.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(OnnxAttribute attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        var index = Attributes.FindIndex(a => a.Name == attribute.Name);
        if (index < 0)
        {
            Attributes.Add(attribute);
        }
        else
        {
            Attributes[index] = attribute;
        }

        return this;
    }

    /// <summary>Sets an integer attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, long value) => SetAttribute(OnnxAttribute.FromInt(name, value));

    /// <summary>Sets a float attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, float value) => SetAttribute(OnnxAttribute.FromFloat(name, value));

    /// <summary>Sets a string attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, string value) => SetAttribute(OnnxAttribute.FromString(name, value));

    /// <summary>Sets an attribute to a list of integers.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; copied.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, long[] values) => SetAttribute(OnnxAttribute.FromInts(name, values));

    /// <summary>Sets an attribute to a list of floats.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; copied.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, float[] values) => SetAttribute(OnnxAttribute.FromFloats(name, values));

    /// <summary>Sets an attribute to a list of strings.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="values">The values; copied.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, string[] values) => SetAttribute(OnnxAttribute.FromStrings(name, values));

    /// <summary>Sets a tensor attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value; not copied.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, OnnxTensor value) => SetAttribute(OnnxAttribute.FromTensor(name, value));

    /// <summary>Sets a graph attribute.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <param name="value">The value; not copied.</param>
    /// <returns>This node.</returns>
    public OnnxNode SetAttribute(string name, OnnxGraph value) => SetAttribute(OnnxAttribute.FromGraph(name, value));

    /// <summary>Removes every attribute with the given name.</summary>
    /// <param name="name">The name of the attribute.</param>
    /// <returns>Whether at least one was removed.</returns>
    public bool RemoveAttribute(string name) => Attributes.RemoveAll(a => a.Name == name) > 0;

    private OnnxAttribute? Typed(string name, OnnxAttributeKind kind)
    {
        var attribute = Attribute(name);
        if (attribute is null)
        {
            return null;
        }

        if (attribute.RefAttributeName.Length > 0)
        {
            throw new OnnxFormatException(
                $"expected a value, got a reference to '{attribute.RefAttributeName}' of the enclosing function. Expand the function first.", Where(name));
        }

        return attribute.Kind == kind
            ? attribute
            : throw new OnnxFormatException($"expected {kind}, got {attribute.Kind}. Correct the model.", Where(name));
    }

    private string Where(string attribute) => $"node '{Name}' ({OpType}), attribute '{attribute}'";
}
