namespace Inference.Lying;

/// <summary>A model that lies, and what it is fed.</summary>
/// <param name="Model">The model.</param>
/// <param name="Inputs">The inputs by name.</param>
/// <param name="What">The lies told.</param>
/// <param name="Operators">The operators of the model.</param>
/// <param name="Repeats">Whether two runs answer alike: no operator draws random numbers.</param>
internal sealed record LyingCase(byte[] Model, IReadOnlyDictionary<string, ModelValue> Inputs, string What, IReadOnlyList<string> Operators, bool Repeats);
