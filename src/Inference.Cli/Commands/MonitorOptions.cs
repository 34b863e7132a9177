using System.CommandLine;
using Inference.Cli.Monitoring;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Monitoring;

namespace Inference.Cli.Commands;

/// <summary>What the commands that read rows for a profile have in common.</summary>
internal sealed class MonitorOptions
{
    public Argument<string> Profile { get; } = new("PROFILE") { Description = "File that monitor profile has written." };

    public Option<string> Data { get; } = new("--data") { Description = "Rows: .npz or .npy (rows first), .csv, .parquet, or a folder of .npy files.", Required = true };

    public Option<string?> Model { get; } = new("--model") { Description = "Model that computes the outputs. Default: outputs are those that --data holds; without any, inputs alone are judged." };

    public Option<double> Tolerance { get; } = new("--tolerance") { Description = "Relative change of the share of a bin or category that is not drift, 0 to 1.", DefaultValueFactory = static _ => 0.1 };

    public Option<string?> Time { get; } = new("--time") { Description = "Column of the rows' times, for a profile with seasons. Default: that of the profile, if --data has it." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON." };

    public Option<string> Backend { get; } = new("--backend") { Description = "Provider that runs the model: cpu or onnxruntime.", DefaultValueFactory = static _ => Backends.Cpu };

    public Option<string?> Library { get; } = Backends.LibraryOption();

    public Option<bool> Verbose { get; } = CommandRunner.Verbose();

    public Option[] All => [Data, Model, Time, Tolerance, Json, Backend, Library, Verbose];

    /// <summary>The tolerance.</summary>
    /// <exception cref="UsageException">It is out of range.</exception>
    public double ToleranceOf(ParseResult result) => result.GetValue(Tolerance) is >= 0 and < 1 and var tolerance
        ? tolerance
        : throw new UsageException($"--tolerance: expected a number from 0 to below 1, got {result.GetValue(Tolerance)}.");

    /// <summary>Loads the model; null for none. One that the profile was not made with is told of on standard error: its outputs may differ for that alone.</summary>
    public async Task<IModelRunner?> LoadAsync(ParseResult result, ReferenceProfile profile, CancellationToken cancellation)
    {
        if (result.GetValue(Model) is not { } path)
        {
            return null;
        }

        IModelRunner model = await Backends.Loader(result.GetValue(Backend)!, result.GetValue(Library)).LoadAsync(ModelSource.File(path), new ModelLoadOptions(), cancellation).ConfigureAwait(false);
        if (profile.ModelDigest.Length > 0 && profile.ModelDigest != model.Info.Digest)
        {
            await Console.Error.WriteLineAsync($"warning: --model is not the model that the profile was made with: expected digest {profile.ModelDigest}, got {model.Info.Digest}. Outputs may differ for that alone.").ConfigureAwait(false);
        }

        return model;
    }

    /// <summary>Opens the rows. Rows without times for a profile with seasons are told of on standard error.</summary>
    public WatchedData Open(ParseResult result, ReferenceProfile profile, IModelRunner? model, string? labels)
    {
        string path = result.GetValue(Data)!;
        string? time = profile.Season == ProfileSeason.None ? null : result.GetValue(Time);
        WatchedData data = model is null
            ? WatchedData.ForProfile(path, profile, labels, time)
            : WatchedData.ForModel(path, model, labels, profile.SegmentColumn, time ?? WatchedData.TimeOf(DataSource.Open(path), profile));
        if (profile.Season != ProfileSeason.None && !data.HasTimes)
        {
            Console.Error.WriteLine($"warning: the profile has references by {profile.Season}, and --data has no column '{profile.TimeColumn}' of times: rows are compared with the reference of all times. Name the column with --time.");
        }

        return data;
    }

    /// <summary>Whether outputs are not known.</summary>
    public static bool HasNoOutputs(WatchedData rows, IModelRunner? model) => model is null && rows.Outputs.Count == 0;
}
