using System.ComponentModel.DataAnnotations;

namespace Inference.AspNetCore;

/// <summary>What a request may ask of the server. A request that exceeds a limit is refused before a model runs. The limits hold for REST and gRPC alike; those on bodies also replace Kestrel's and gRPC's own.</summary>
public sealed class OpenInferenceLimits
{
    /// <summary>The maximum size of a request's body in bytes, after decompression, 1 KiB to 2 GiB; the default is 64 MiB. Also the largest gRPC message that is accepted.</summary>
    [Range(1024L, int.MaxValue)]
    public int MaxBodyBytes { get; set; } = 64 << 20;

    /// <summary>The maximum size of the JSON part of a request in bytes, 1 KiB to 2 GiB; the default is 64 MiB.</summary>
    [Range(1024L, int.MaxValue)]
    public int MaxJsonBytes { get; set; } = 64 << 20;

    /// <summary>The maximum depth of JSON, 8 to 512 levels; the default is 64.</summary>
    [Range(8, 512)]
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>The maximum number of input tensors of a request, 1 to 65,536; the default is 1,024.</summary>
    [Range(1, 65_536)]
    public int MaxInputs { get; set; } = 1024;

    /// <summary>The maximum number of outputs that a request names, 1 to 65,536; the default is 1,024.</summary>
    [Range(1, 65_536)]
    public int MaxOutputs { get; set; } = 1024;

    /// <summary>The maximum number of elements of a tensor, 1 to 2,147,483,591; the default is 67,108,864.</summary>
    [Range(1, 2_147_483_591)]
    public int MaxElements { get; set; } = 1 << 26;

    /// <summary>The maximum number of dimensions of a tensor, 1 to 64; the default is 32.</summary>
    [Range(1, 64)]
    public int MaxRank { get; set; } = 32;

    /// <summary>The maximum length of a name (model, version, tensor, request id) in bytes of UTF-8, 16 to 65,536; the default is 1,024.</summary>
    [Range(16, 65_536)]
    public int MaxNameBytes { get; set; } = 1024;

    /// <summary>The maximum number of parameters of a request, of each of its inputs and of each of its outputs, 0 to 65,536; the default is 128.</summary>
    [Range(0, 65_536)]
    public int MaxParameters { get; set; } = 128;

    /// <summary>The maximum number of reports of a feedback request, and of texts of a request for embeddings, 1 to 1,048,576; the default is 10,000.</summary>
    [Range(1, 1_048_576)]
    public int MaxItems { get; set; } = 10_000;

    /// <summary>The maximum size of the bodies of all requests that are being read or run, in bytes, 1 MiB to 1 TiB; the default is 1 GiB. A request that does not fit is answered by 503 or UNAVAILABLE, to be retried.
    /// A body without a length counts as it arrives, a gRPC message once it has arrived.</summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxBytesInFlight { get; set; } = 1L << 30;
}
