"""How a draw is computed, and how anybody computes it again.

This file is also the program that is offered for download as check_draw.py. It needs
nothing but Python 3.8 or newer:

    python3 check_draw.py LIST_FILE RESULT_FILE

LIST_FILE was published, with its SHA-256, when the list was frozen; RESULT_FILE after the
draw. METHOD says in words what `draw` does.
"""

import hashlib
import json
import sys
import unicodedata

METHOD = (
    "一、每份报名有一个次序码：把“种子:公开的数:报名号”算成 SHA-256，写成十六进制。"
    "两个人合报的算一份，用小的报名号。公开的数先统一全角半角（NFKC），去掉前后的空格。"
    "二、次序码从小到大，就是抽签的次序。"
    "三、按次序一轮一轮地给座位：每一轮里每份报名最多得一个班，"
    "是它的志愿里最靠前、座位还够（合报的要两个）、又不和已经得到的班同一时间的那一个。"
    "谁也不能再得，或者都得满了，就停。"
    "四、没有得满的，没得到的志愿按同样的次序排候补号，接在原来最后一个号后面，合报的两个号连着。"
    "同一个班只排最靠前的那个志愿；和已经得到的、更靠前的志愿同一时间的，不排。"
    "五、抽签前停开的班不给座位，也不排候补。"
)

# What `check` may find, in words.
FINDINGS = {
    "unreadable": "文件读不懂：不是抽签的名单文件和结果文件，或者不完整。",
    "list": "名单文件被改过，或者不是这次抽签的：它的指纹和结果文件里写的不一样。",
    "seed": "种子不对：它的指纹和名单文件里事先公布的不一样。",
    "number": "公开的数写得不规范，或者被改过。",
    "order": "次序不对：按种子和公开的数重新算，得到的是另一个次序。",
    "given": "座位不对：按这个次序重新分，得到的是另一个结果。",
    "waiting": "候补号不对：按这个次序重新排，得到的是另一个结果。",
}


def normal(public_number):
    """The public number as it is computed with, however it was typed."""
    return unicodedata.normalize("NFKC", public_number).strip()


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def key(seed, public_number, number):
    """What puts an application in its place in the order."""
    return sha256(f"{seed}:{normal(public_number)}:{number}")


def draw(listed, seed, public_number, cancelled=()):
    """The order, the seats and the waiting numbers that follow from a frozen list.

    `listed` is the content of the list file; `cancelled` names the classes that were called
    off after it was frozen. The answer is what stands in the result file under these names.
    """
    pools = listed["pools"]
    units = _units(listed["applications"])
    order = sorted([key(seed, public_number, number), number] for number in units)
    running = {code for code, pool in pools.items() if pool["class"] not in cancelled}
    left = {code: pools[code]["seats"] for code in running}
    given = {number: [] for number in units}
    # Whoever gets nothing in a round gets nothing in the next: seats only become fewer.
    still = [number for _key, number in order]
    while still:
        still = [
            number
            for number in still
            if len(given[number]) < units[number]["most"]
            and _give_one(units[number], given[number], left, pools)
        ]
    next_numbers = {code: pools[code]["last_waiting_number"] + 1 for code in running}
    waiting = []
    for _key, number in order:
        for code in _waits_for(units[number], given[number], running, pools):
            for member in units[number]["members"]:
                waiting.append([code, next_numbers[code], member])
                next_numbers[code] += 1
    return {
        "order": order,
        "given": sorted(
            [member, given[number]] for number in units for member in units[number]["members"]
        ),
        "waiting": sorted(waiting),
    }


def _units(applications):
    """What is drawn together: an application, or the two of a couple, by the smaller number."""
    numbered = {one["number"]: one for one in applications}
    units = {}
    for number, one in sorted(numbered.items()):
        partner = one["partner"]
        if partner is None:
            members = [number]
        else:
            other = numbered[partner]
            if (other["partner"], other["wishes"], other["most"]) != (
                number,
                one["wishes"],
                one["most"],
            ):
                raise ValueError("Two who are drawn together do not want the same.")
            members = sorted([number, partner])
        units[members[0]] = {"members": members, "wishes": one["wishes"], "most": one["most"]}
    return units


def _give_one(unit, given, left, pools):
    """Give the dearest wish that can be had; whether there was one."""
    count = len(unit["members"])
    for code in unit["wishes"]:
        if left.get(code, 0) >= count and not any(_clash(pools[code], pools[g]) for g in given):
            left[code] -= count
            given.append(code)
            return True
    return False


def _waits_for(unit, given, running, pools):
    """The wishes, the dearest first, for which a unit gets waiting numbers."""
    if len(given) >= unit["most"]:
        return []
    # A class that was given is had; a second way into a class one waits for is not wanted.
    had = {pools[code]["class"] for code in given}
    better, found = [], []
    for code in unit["wishes"]:
        if code in given:
            better.append(code)
            continue
        gone = code not in running or pools[code]["class"] in had
        if not gone and not any(_clash(pools[code], pools[other]) for other in better):
            found.append(code)
            had.add(pools[code]["class"])
    return found


def _clash(one, other):
    """Whether nobody can be in both: the same class, or at the same time."""
    if one["class"] == other["class"]:
        return True
    return (
        one["weekday"] == other["weekday"]
        and one["from"] < other["to"]
        and other["from"] < one["to"]
    )


def text_of(content):
    """The bytes of a published file: names sorted, every entry of a list on its own line."""
    parts = []
    for name, value in sorted(content.items()):
        if value and isinstance(value, list):
            lines = ",\n".join(_line(entry) for entry in value)
            parts.append(f"{_line(name)}: [\n{lines}\n]")
        elif value and isinstance(value, dict):
            lines = ",\n".join(f"{_line(k)}: {_line(v)}" for k, v in sorted(value.items()))
            parts.append(f"{_line(name)}: {{\n{lines}\n}}")
        else:
            parts.append(f"{_line(name)}: {_line(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _line(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def check(list_text, result_text):
    """What is wrong with a result, as names of FINDINGS; nothing if it follows from the list."""
    try:
        listed, result = json.loads(list_text), json.loads(result_text)
        seed, number = result["seed"], result["public_number"]
        again = draw(listed, seed, number, result["cancelled"])
        found = {
            "list": result["list_sha256"] != sha256(list_text),
            "seed": listed["seed_sha256"] != sha256(seed),
            "number": number != normal(number),
            "order": result["order"] != again["order"],
            "given": result["given"] != again["given"],
            "waiting": result["waiting"] != again["waiting"],
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["unreadable"]
    return [name for name, is_wrong in found.items() if is_wrong]


def main(arguments):
    if len(arguments) != 2:
        print("用法：python3 check_draw.py 名单文件 结果文件")
        return 2
    texts = []
    for path in arguments:
        try:
            with open(path, "rb") as file:
                texts.append(file.read().decode("utf-8"))
        except (OSError, ValueError) as error:
            print(f"打不开 {path}：{error}")
            return 2
    list_text, result_text = texts
    print(f"名单文件的指纹（SHA-256）：{sha256(list_text)}")
    print(f"结果文件的指纹（SHA-256）：{sha256(result_text)}")
    print("请和抽签以前、以后公布的指纹对一对。")
    findings = check(list_text, result_text)
    for name in findings:
        print(f"不对：{FINDINGS[name]}")
    if not findings:
        print("对：从名单、种子和公开的数重新算了一遍，次序、座位、候补号和公布的一样。")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
