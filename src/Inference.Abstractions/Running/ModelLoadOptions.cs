using System.ComponentModel.DataAnnotations;
using Inference.Images;

namespace Inference;

/// <summary>How a model is loaded.</summary>
public class ModelLoadOptions
{
    /// <summary>The name for messages, metrics and <see cref="ModelInfo.Name"/>; null: the file's name.</summary>
    public string? Name { get; set; }

    /// <summary>The version for <see cref="ModelInfo.Version"/>; empty by default.</summary>
    public string Version { get; set; } = "";

    /// <summary>Providers by preference, first the best; what one does not claim goes to the next. <c>cpu</c> is always last. Empty: <c>cpu</c> alone.</summary>
    public IList<string> Providers { get; } = [];

    /// <summary>Threads that one run may use, 0 to 1024; 0, the default: one for each processor.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Whether rows are independent, stated by the user where it cannot be proved; checked at load by mixing rows. Null: as proved.</summary>
    public bool? AssertRowIndependent { get; set; }

    /// <summary>Whether rows that are proved to be independent are also tried at load: three random rows are run together, two of them again the other way round, and what is
    /// contradicted is not claimed. True by default. Models of many weights, nodes or elements a row are not tried, and a trial is given up after 100 ms.</summary>
    public bool VerifyRowIndependence { get; set; } = true;

    /// <summary>Whether a provider that fails to compile what it claimed fails the load; false, the default: the next provider takes over and the log says so.</summary>
    public bool FailOnProviderError { get; set; }

    /// <summary>Prepared plans kept for distinct input shapes, 1 to 1024, 16 by default; the least recently used go first.</summary>
    [Range(1, 1024)]
    public int MaxPlans { get; set; } = 16;

    /// <summary>Longest execution of one call, more than zero; a run past it is stopped with <see cref="DeadlineExceededException"/>, within about 10 ms of work also inside long operators.
    /// Bound runs keep to it too. Null, the default: no limit.</summary>
    public TimeSpan? MaxRunTime { get; set; }

    /// <summary>Longest time that reading, checking and optimising the model may take on the managed engine, more than zero; a load past it is stopped with
    /// <see cref="DeadlineExceededException"/>. Null, the default: no limit. Other providers compile in their own time.</summary>
    public TimeSpan? MaxLoadTime { get; set; }

    /// <summary>Most bytes that one run may hold at once, 1 or more: intermediate values, those whose size data decides, items of sequences, texts with their characters,
    /// scratch memory, inner graphs and outputs; a run that needs more is refused before it allocates, give or take a sixteenth of the limit in small values. Null, the
    /// default: the memory that the process can have. Weights, what plans keep (tables and folded constants of at most an eighth of the limit each) and the caller's
    /// tensors are not counted. A runner keeps the blocks of as many runs as ran at once for each of its plans.</summary>
    [Range(1, long.MaxValue)]
    public long? MaxMemoryBytes { get; set; }

    /// <summary>What decodes images for the operator ImageDecoder; the package Inference.Images has one. Null, the default: the loader's, and where it has none either, a model with that operator is
    /// refused on <c>cpu</c>.</summary>
    public IImageDecoder? Images { get; set; }

    /// <summary>Whether weights are used in place from the memory-mapped file; false, the default: from a copy in memory. A mapping takes no copy and only pages that are used become resident, which
    /// pays for models of hundreds of megabytes. Warning: a mapped file that is overwritten in place changes the answers, and one that is truncated ends the process. Set it only where nothing
    /// changes the file while the model is loaded; replacing the file by renaming another is safe.</summary>
    public bool MapFiles { get; set; }

    /// <summary>A copy that can be changed without changing this one.</summary>
    public ModelLoadOptions Clone()
    {
        var copy = new ModelLoadOptions
        {
            Name = Name,
            Version = Version,
            Threads = Threads,
            AssertRowIndependent = AssertRowIndependent,
            VerifyRowIndependence = VerifyRowIndependence,
            FailOnProviderError = FailOnProviderError,
            MaxPlans = MaxPlans,
            MaxRunTime = MaxRunTime,
            MaxLoadTime = MaxLoadTime,
            MaxMemoryBytes = MaxMemoryBytes,
            MapFiles = MapFiles,
            Images = Images,
        };
        foreach (string provider in Providers)
        {
            copy.Providers.Add(provider);
        }

        return copy;
    }
}
