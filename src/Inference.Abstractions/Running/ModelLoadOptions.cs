using System.ComponentModel.DataAnnotations;
using Inference.Images;
using Inference.Security;
using Microsoft.Extensions.Options;

namespace Inference;

/// <summary>Options for loading a model.</summary>
public class ModelLoadOptions
{
    /// <summary>The name used in messages, metrics and <see cref="ModelInfo.Name"/>; null, the default, for the file's name.</summary>
    public string? Name { get; set; }

    /// <summary>The value of <see cref="ModelInfo.Version"/>; empty by default.</summary>
    public string Version { get; set; } = "";

    /// <summary>Providers in order of preference; nodes that one does not claim are offered to the next. <c>cpu</c> is always last. Empty, the default, for <c>cpu</c> only.</summary>
    public IList<string> Providers { get; } = [];

    /// <summary>The number of threads that one run may use, 0 to 1024; 0, the default, for one per processor.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>The precision of products with constant weights on <c>cpu</c>; f32 by default. With <see cref="ModelPrecision.AllowBFloat16"/> results differ by the rounding of weights and values to 8 bits, so compare
    /// accuracy before use.</summary>
    [EnumDataType(typeof(ModelPrecision))]
    public ModelPrecision Precision { get; set; }

    /// <summary>Whether rows are independent, asserted by the user when it cannot be proved; tested when the model is loaded by mixing rows. Null, the default, for what is proved.</summary>
    public bool? AssertRowIndependent { get; set; }

    /// <summary>Whether proved row independence is also tested, when <see cref="ModelInfo.RowIndependent"/> is first read, such as by batching: three random rows are run together, two of
    /// them again in reverse order, and a contradicted proof is dropped. True by default. Models with many weights, nodes or elements per row are not tested, and a test is abandoned after 100 ms.</summary>
    public bool VerifyRowIndependence { get; set; } = true;

    /// <summary>Whether the load fails if a provider cannot compile the nodes it claimed. If false, the default, the next provider takes them over and a warning is logged.</summary>
    public bool FailOnProviderError { get; set; }

    /// <summary>The maximum number of plans for distinct input shapes that hold memory for runs, 1 to 1024, 16 by default; the least recently used plan gives it back first. Up to eight times as many
    /// plans are kept, without such memory; then the least recently used plan is evicted.</summary>
    [Range(1, 1024)]
    public int MaxPlans { get; set; } = 16;

    /// <summary>The maximum execution time of one call, more than zero. A run that exceeds it is stopped with <see cref="DeadlineExceededException"/>, also inside long operators, within about 10 ms of work.
    /// The limit also applies to bound runs. Null, the default, for no limit.</summary>
    public TimeSpan? MaxRunTime { get; set; }

    /// <summary>The maximum time for reading, checking and optimizing the model on the managed engine, more than zero. A load that exceeds it is stopped with
    /// <see cref="DeadlineExceededException"/>. Null, the default, for no limit. Compilation by other providers is not limited.</summary>
    public TimeSpan? MaxLoadTime { get; set; }

    /// <summary>The maximum number of bytes that one run may hold at a time, 1 or more: intermediate values, values of data-dependent size, items of sequences, strings with their characters,
    /// scratch memory, subgraphs and outputs. A run that needs more fails before it allocates; small values may exceed the limit by up to a sixteenth. Null, the
    /// default, for the memory available to the process. Weights, data kept by plans (tables and folded constants, at most an eighth of the limit each) and the caller's
    /// tensors are not counted. For each plan, a runner keeps as many blocks as there were concurrent runs.</summary>
    [Range(1, long.MaxValue)]
    public long? MaxMemoryBytes { get; set; }

    /// <summary>The decoder for the operator ImageDecoder; the package Inference.Images provides one. Null, the default, for the loader's decoder; if the loader has none, a model with that operator is
    /// rejected by <c>cpu</c>.</summary>
    public IImageDecoder? Images { get; set; }

    /// <summary>Whether weights are used directly from the memory-mapped file; if false, the default, from a copy in memory. A mapping needs no copy, and only pages that are used become resident, which
    /// benefits models of hundreds of megabytes. Warning: overwriting a mapped file in place changes the results, and truncating it ends the process. Set it only if nothing
    /// changes the file while the model is loaded; replacing the file by renaming another is safe.</summary>
    public bool MapFiles { get; set; }

    /// <summary>The only files that may be read, with the SHA-256 that each must have, lower-case hexadecimal: the model file and its external data, by their path relative to the model's directory with <c>/</c>. The
    /// loader compares the bytes that it loads, reads them into memory whatever <see cref="MapFiles"/> is, and hands no path to providers, so that a file that is replaced in the meantime never runs. Null, the default, for any files.</summary>
    public IReadOnlyDictionary<string, string>? ExpectedFiles { get; set; }

    /// <summary>The keys of encrypted models, which are decrypted into memory; null, the default, for the loader's keys. If there are none, encrypted models are rejected. Other models are loaded as without it.</summary>
    public IModelKeyProvider? Keys { get; set; }

    /// <summary>Limits that a model file must keep to; what exceeds them is rejected. The defaults suit files from others.</summary>
    [ValidateObjectMembers]
    public ModelLimits Limits { get; set; } = new();

    /// <summary>Returns an independent copy.</summary>
    public ModelLoadOptions Clone()
    {
        var copy = new ModelLoadOptions
        {
            Name = Name,
            Version = Version,
            Threads = Threads,
            Precision = Precision,
            AssertRowIndependent = AssertRowIndependent,
            VerifyRowIndependence = VerifyRowIndependence,
            FailOnProviderError = FailOnProviderError,
            MaxPlans = MaxPlans,
            MaxRunTime = MaxRunTime,
            MaxLoadTime = MaxLoadTime,
            MaxMemoryBytes = MaxMemoryBytes,
            MapFiles = MapFiles,
            Images = Images,
            ExpectedFiles = ExpectedFiles,
            Keys = Keys,
            Limits = Limits with { },
        };
        foreach (string provider in Providers)
        {
            copy.Providers.Add(provider);
        }

        return copy;
    }
}
