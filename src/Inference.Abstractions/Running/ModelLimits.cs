using System.ComponentModel.DataAnnotations;

namespace Inference;

/// <summary>Limits for model files, so that a small hostile file cannot take the memory or time of the process. Loading rejects what exceeds them; <c>ModelScanner</c> reports it with the same rules.</summary>
public sealed record ModelLimits
{
    /// <summary>The maximum size of a model file without external data, 1 to 2^31 − 1 bytes; the default is the largest.</summary>
    [Range(1, int.MaxValue)]
    public long MaxFileBytes { get; set; } = int.MaxValue;

    /// <summary>The maximum size of a file of external data, 1 byte or more; 2^42 by default.</summary>
    [Range(1, long.MaxValue)]
    public long MaxExternalFileBytes { get; set; } = 1L << 42;

    /// <summary>The maximum number of nodes in all graphs and functions, 0 or more; 1 000 000 by default.</summary>
    [Range(0, int.MaxValue)]
    public int MaxNodes { get; set; } = 1_000_000;

    /// <summary>The maximum nesting depth of messages, 1 to 500; each nested subgraph adds three. 100 by default.</summary>
    [Range(1, 500)]
    public int MaxNestingDepth { get; set; } = 100;

    /// <summary>The maximum length of a name (of a model, graph, node, operator, value or domain), 1 byte or more; 65 536 by default.</summary>
    [Range(1, int.MaxValue)]
    public int MaxNameBytes { get; set; } = 1 << 16;

    /// <summary>The maximum length of any other text and of a string element, 1 byte or more; 2^26 (64 MiB) by default. Also the limit for strings that nodes join from constants.</summary>
    [Range(1, int.MaxValue)]
    public int MaxTextBytes { get; set; } = 1 << 26;

    /// <summary>The maximum size of a value that a node makes of inputs 1024 times smaller, by sizes that the model fixes (ConstantOfShape, Expand, Tile, Resize, Pad, Range, random numbers), 1 byte or more; 2^36 (64 GiB) by default. Such values are made only when a run needs them, within its memory limit.</summary>
    [Range(1, long.MaxValue)]
    public long MaxExpandedBytes { get; set; } = 1L << 36;

    /// <summary>The maximum size of any value whose shape the model fixes, 1 byte or more; 2^36 (64 GiB) by default.</summary>
    [Range(1, long.MaxValue)]
    public long MaxValueBytes { get; set; } = 1L << 36;

    /// <summary>The maximum factor by which one Tile, Resize or Upsample with constant parameters, or a chain of Concat of a value with itself, enlarges its input, 1 or more; 2^24 by default.</summary>
    [Range(1, long.MaxValue)]
    public long MaxGrowth { get; set; } = 1L << 24;

    /// <summary>The maximum constant number of iterations of a Loop, multiplied with those of the loops around it, 1 or more; loops that nothing ends are then rejected too. Null, the default, to leave loops to <see cref="ModelLoadOptions.MaxRunTime"/>.</summary>
    [Range(1, long.MaxValue)]
    public long? MaxLoopTrips { get; set; }

    /// <summary>Whether files of external data may have other names by hard links; false by default. Checked on Linux.</summary>
    public bool AllowHardLinks { get; set; }
}
