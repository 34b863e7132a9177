namespace Inference.Monitoring.Retraining;

/// <summary>Folders with rows of users.</summary>
internal static class OwnedFolder
{
    /// <summary>Creates a folder that the owner alone may enter (on Windows: with the permissions of the one around it). One that is there is left as it is.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
