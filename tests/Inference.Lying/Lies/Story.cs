using Inference.Onnx;

namespace Inference.Lying.Lies;

/// <summary>A model and its inputs while lies are told about them.</summary>
internal sealed record Story(OnnxModel Model, Dictionary<string, ModelValue> Inputs, Random Random)
{
    /// <summary>Inputs whose declared shape follows what is fed, as far as the last lie lets it.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    public T Pick<T>(IReadOnlyList<T> items) => items[Random.Next(items.Count)];

    /// <summary>A tensor that is fed, secondary inputs more often than the first; null where there is none.</summary>
    public (OnnxValueInfo Info, TensorValue Value)? AnyTensor()
    {
        (OnnxValueInfo Info, TensorValue Value)[] all =
        [
            .. Model.Graph.Inputs.Where(i => Inputs.GetValueOrDefault(i.Name) is TensorValue).Select(i => (i, (TensorValue)Inputs[i.Name])),
        ];
        return all.Length == 0 ? null : all[Random.Next(4) == 0 ? 0 : Random.Next(all.Length)];
    }
}
