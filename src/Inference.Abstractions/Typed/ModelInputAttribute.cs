namespace Inference;

/// <summary>
/// Makes a partial record (or class or struct) one row of a model's inputs: each public property is an input of its name, a number, bool or text for one element of a row, an array, list or memory for several. The source
/// generator of the package <c>Inference</c> implements <see cref="IModelInput{TSelf}"/>; then <c>runner.Run(rows)</c> runs a batch of them.
/// </summary>
/// <remarks>Names are compared exactly first, then without case and without characters other than letters and digits: <c>UserId</c> is the input <c>user_id</c>.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class ModelInputAttribute : Attribute
{
    /// <summary>A row for any model; a run checks names and types.</summary>
    public ModelInputAttribute()
    {
    }

    /// <summary>A row for one model; the build checks names and types.</summary>
    /// <param name="model">The model file, which the project lists as <c>ModelSignature</c>: its path as listed, or the end of that path.</param>
    public ModelInputAttribute(string model) => Model = model;

    /// <summary>The model file; null if the build checks nothing.</summary>
    public string? Model { get; }
}
