namespace Inference.Monitoring.Records;

/// <summary>Files that are replaced as a whole or not at all.</summary>
internal static class SafeFile
{
    /// <param name="what">What is written, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its contents.</param>
    /// <param name="flush">Whether the contents are on the disk before the file appears.</param>
    /// <exception cref="MonitoringException">The file cannot be written.</exception>
    public static void Write(string what, string path, ReadOnlySpan<byte> bytes, bool flush = true)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            using (FileStream stream = File.Create(temporary))
            {
                stream.Write(bytes);
                stream.Flush(flush);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{what}: expected a file that can be written, got: {exception.Message} Check the folder and the space on the disk.", exception);
        }
        finally
        {
            DeleteQuietly(temporary);
        }
    }

    // A file that is left behind does no harm; it has a name that nothing reads.
    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
