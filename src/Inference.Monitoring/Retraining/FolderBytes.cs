namespace Inference.Monitoring.Retraining;

/// <summary>Counts the bytes of folders.</summary>
internal static class FolderBytes
{
    // More files than this are too many, whatever their size: counting them would take longer than the pause between two counts.
    private const int MostFiles = 200_000;

    private static readonly EnumerationOptions s_options = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Whether the files in the folders have more bytes than allowed. Links are not followed.</summary>
    public static bool Exceed(IReadOnlyList<string> folders, long most)
    {
        long bytes = 0;
        int files = 0;
        foreach (string folder in folders.Where(Directory.Exists))
        {
            try
            {
                foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", s_options))
                {
                    bytes += LengthOf(file);
                    if (bytes > most || ++files > MostFiles)
                    {
                        return true;
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A folder that is deleted while it is read is counted the next time.
            }
        }

        return false;
    }

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
