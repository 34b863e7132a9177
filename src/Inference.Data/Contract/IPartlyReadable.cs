namespace Inference.Data.Contract;

/// <summary>A source over a file some of whose columns cannot be rows for a model.</summary>
internal interface IPartlyReadable
{
    /// <summary>Why each of those columns cannot be read, by name: what was expected, what came, what to do.</summary>
    IReadOnlyDictionary<string, string> Unreadable { get; }
}
