namespace Inference.Remote.Wire;

/// <summary>What a server says of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Versions">Its versions.</param>
/// <param name="Platform">Its platform.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
/// <param name="Properties">Further properties.</param>
internal sealed record RemoteSignature(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<ModelPort> Inputs,
    IReadOnlyList<ModelPort> Outputs,
    IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>A port from its description.</summary>
    public static ModelPort Port(string name, string dataType, ReadOnlySpan<long> shape)
    {
        var dimensions = new Dimension[shape.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            dimensions[i] = shape[i] < 0 ? Dimension.Unknown : Dimension.Fixed(shape[i]);
        }

        return new ModelPort(name, ModelValueType.Tensor(WireType.Parse(dataType), dimensions));
    }
}
