namespace Inference.Versioning.Files;

/// <summary>Writes a file under a temporary name in the same folder and renames it, so that readers see the old content or the new, and a failure leaves nothing behind.</summary>
internal static class ReplacedFile
{
    /// <exception cref="IOException">It cannot be written; an existing file is unchanged.</exception>
    public static async ValueTask WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await File.WriteAllBytesAsync(aside, content, cancellationToken).ConfigureAwait(false);
            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            // The error that led here is the one to report.
            try
            {
                File.Delete(aside);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
            }

            throw;
        }
    }
}
