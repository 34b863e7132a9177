using System.Diagnostics.CodeAnalysis;

namespace Inference.Onnx.Files;

/// <summary>Resolves a relative path that must not leave a folder, neither by its text nor through symbolic links.</summary>
internal static class ContainedPath
{
    // As Linux follows at most (path_resolution(7)); more are a circle.
    private const int MostLinks = 40;

    public static bool TryResolve(string folder, string location, [NotNullWhen(true)] out string? path, out string reason)
    {
        path = null;
        if (!IsPlainRelative(location, out reason))
        {
            return false;
        }

        var links = 0;
        var root = Real(Path.GetFullPath(folder), ref links);
        var full = root is null ? null : Real(Path.Combine(root, location), ref links);
        if (root is null || full is null)
        {
            reason = "goes through too many symbolic links";
            return false;
        }

        var prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        if (!full.StartsWith(prefix, StringComparison.Ordinal))
        {
            reason = full == root ? "is the folder itself" : "leads outside it through a symbolic link";
            return false;
        }

        path = full;
        return true;
    }

    /// <summary>Whether the path text stays inside a folder on every operating system: a model must not be safe on one and unsafe on another.</summary>
    public static bool IsPlainRelative(string location, out string reason)
    {
        reason = "";
        if (location.Length == 0)
        {
            reason = "is empty";
        }
        else if (location.Contains('\0', StringComparison.Ordinal))
        {
            reason = "has a zero character";
        }
        else if (location[0] is '/' or '\\' || location.Contains(':', StringComparison.Ordinal) || Path.IsPathRooted(location))
        {
            reason = "is an absolute path";
        }
        else if (location.Split('/', '\\').Contains(".."))
        {
            reason = "leaves it by \"..\"";
        }

        return reason.Length == 0;
    }

    /// <summary>A plain relative path without empty parts and ".", with '/': one text for one file.</summary>
    public static string Plain(string location) => string.Join('/', location.Split('/', '\\').Where(s => s is not ("" or ".")));

    /// <summary>The path with all symbolic links followed; null after too many. The path must be absolute.</summary>
    private static string? Real(string absolute, ref int links)
    {
        var root = Path.GetPathRoot(absolute)!;
        var real = root;
        var rest = new Stack<string>();
        Push(rest, absolute[root.Length..]);
        while (rest.TryPop(out var segment))
        {
            if (segment == ".")
            {
                continue;
            }

            if (segment == "..")
            {
                real = Path.GetDirectoryName(real) ?? Path.GetPathRoot(real)!;
                continue;
            }

            var next = Path.Combine(real, segment);
            var target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                return null;
            }

            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(target)!;
                target = target[real.Length..];
            }

            Push(rest, target);
        }

        return real;
    }

    private static void Push(Stack<string> rest, string path)
    {
        var segments = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (var i = segments.Length - 1; i >= 0; i--)
        {
            rest.Push(segments[i]);
        }
    }
}
