using System.Globalization;
using Inference.Monitoring.Records;

namespace Inference.Monitoring.Stage;

/// <summary>Keeps the evidence of a model in a file beside its windows, so that it outlives a restart: replaced as a whole, sealed by a checksum, and of use to the same profile and settings only. Not thread-safe.</summary>
internal sealed class EvidenceFile(string folder)
{
    private const int Version = 1;
    private readonly string _path = Path.Combine(folder, "evidence.state");

    private static ReadOnlySpan<byte> Magic => "InfEvidence"u8;

    /// <summary>Whether there is a file.</summary>
    public bool Exists => File.Exists(_path);

    /// <summary>Writes the evidence.</summary>
    /// <exception cref="MonitoringException">The file cannot be written.</exception>
    public void Write(ReferenceProfile profile, EvaluationSettings settings, BucketEvaluation? evaluation, TrafficWatch traffic)
    {
        var writer = new RecordWriter(Magic, Version);
        writer.Text(profile.Digest);
        writer.Text(Text(settings));
        traffic.Save(writer);
        writer.Flag(evaluation is not null);
        evaluation?.Save(writer);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"Evidence in '{folder}': expected a folder that can be made, got: {exception.Message} Check its permissions.", exception);
        }

        // Not flushed to the disk, as windows: what a failure of power leaves is found by its checksum.
        SafeFile.Write($"Evidence '{_path}'", _path, writer.ToArray(), flush: false);
    }

    /// <summary>Reads the evidence into an evaluation and a watch that are new.</summary>
    /// <exception cref="MonitoringException">The file cannot be read, is damaged, or is of another profile or other settings; what was passed may be half read, and must not be used.</exception>
    public void Read(ReferenceProfile profile, EvaluationSettings settings, BucketEvaluation evaluation, TrafficWatch traffic)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"Evidence '{_path}': expected a readable file, got: {exception.Message} Check its permissions.", exception);
        }

        var reader = new RecordReader($"Evidence '{_path}'", bytes, Magic, Version);
        if (reader.Text() is var digest && digest != profile.Digest)
        {
            throw new MonitoringException($"Evidence '{_path}': expected that of profile {profile.Digest[..12]}, got that of {digest[..Math.Min(digest.Length, 12)]}. It is not used.");
        }

        if (reader.Text() is var stated && stated != Text(settings))
        {
            throw new MonitoringException($"Evidence '{_path}': expected that of the options {Text(settings)}, got that of {stated}. It is not used.");
        }

        traffic.Load(ref reader);
        if (reader.Flag())
        {
            evaluation.Load(ref reader);
        }

        reader.End();
    }

    private static string Text(EvaluationSettings settings) => string.Create(CultureInfo.InvariantCulture, $"{settings.Bucket:c}, {settings.ExpectedFalseAlarms:c}, {settings.MinimumRows}, {settings.Tolerance:R}, {settings.FreshnessLimit:c}");
}
