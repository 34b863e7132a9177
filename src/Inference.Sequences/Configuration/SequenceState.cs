using System.ComponentModel.DataAnnotations;

namespace Inference.Sequences;

/// <summary>One state of a model: the output that a call leaves, and the input that the next call of the sequence takes it by. Both are tensors of one element type and rank.</summary>
public sealed class SequenceState
{
    /// <summary>The name of the output.</summary>
    [Required]
    public string Output { get; set; } = "";

    /// <summary>The name of the input.</summary>
    [Required]
    public string Input { get; set; } = "";

    /// <summary>
    /// The shape that a sequence begins with, filled with zeros (texts: empty); a cache that grows has 0 on the axis along which it grows. Null, the default, for the declared shape of the input. Its dimensions
    /// that are not fixed are then those that the first call has: of the same symbol among the other inputs, or of the batch axis. Where there is neither, the shape must be stated.
    /// </summary>
    public IReadOnlyList<long>? Shape { get; set; }

    /// <summary>The value that a sequence begins with, instead of zeros; null, the default, for none. Retained by the pipeline; set it in code, not beside <see cref="Shape"/>.</summary>
    public TensorValue? Initial { get; set; }
}
