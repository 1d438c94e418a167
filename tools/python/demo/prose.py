"""English prose from a grammar written for this model: stories, descriptions, talk, simple truths.

`<rule>` expands a rule; `<rule=name>` also binds the result so that `<name>` repeats it. A hero binds `<he>`, `<him>`,
`<his>` and their capitals.
"""

import re

GIRLS = "Anna Lily Emma Mary Sarah Kate Lucy Alice Rose Grace Jane Mia Ella Julia Sophie Clara Helen Laura Maria Eva".split()
BOYS = "Tom Ben Jack Sam Max Peter John Paul David Daniel Leo Henry George James Adam Simon Mark Robert Oliver Martin".split()

RULES = {
    "animal": "dog cat fox rabbit bear wolf mouse bird horse cow sheep goat duck frog lion tiger elephant monkey pig squirrel owl turtle snake bee chicken deer donkey whale crow goose hedgehog pony puppy kitten",
    "adj": "small young happy sad brave kind clever quiet little tired hungry lonely friendly funny lazy careful strong gentle proud shy curious wise poor strange beautiful old famous busy honest patient angry lucky",
    "tadj": "small big old new beautiful heavy broken round strange shiny wooden simple lovely expensive cheap empty tiny useful dirty clean soft hard long short",
    "padj": "small big old quiet beautiful dark empty strange busy famous cold warm new little green peaceful",
    "colour": "red blue green yellow white black brown grey golden silver orange purple pink",
    "weather": "sunny rainy cold warm windy snowy cloudy foggy stormy hot",
    "thing": "ball book box cake hat key lamp letter map stone ring kite boat bag cup coin rope basket bell candle coat flower toy drum pencil picture shell spoon blanket bottle chair clock apple ladder mirror knife umbrella bicycle shoe violin camera phone table newspaper ticket guitar pen plate glass shirt stick",
    "material": "wood|stone|paper|glass|gold|silver|iron|wool|leather|clay|plastic",
    "food": "bread cheese soup cake rice honey fruit apples fish milk eggs butter tea chocolate cookies nuts corn berries salad pie potatoes meat coffee sugar vegetables",
    "place": "forest village garden house school market park kitchen library castle cave barn street shop station hospital museum church valley town city office hotel theatre restaurant",
    "at": "in the forest|in the village|in the garden|at home|at school|at the market|in the park|by the river|by the lake|on the beach|on the hill|on the farm|in the kitchen|in the library|near the castle|in the barn|in the street|at the station|on the island|in the city|near the bridge|by the sea|in the mountains|in the old house|behind the church|under the tree|in the field|next to the door|on the roof|at the window|outside the town",
    "on": "on the table|under the bed|in the box|behind the door|on the floor|in the cupboard|under the chair|on the shelf|in the basket|near the window|in the garden|on the roof|in my bag|in the kitchen|next to the lamp|in the water",
    "to": "to the forest|to the village|home|to school|to the market|to the park|to the river|to the lake|to the beach|to the farm|to the kitchen|to the library|to the castle|to the station|to the city|to the bridge|to the sea|to the mountains|to the old house|to the church|to the shop|to bed|to work|to the doctor|to the harbour|into the garden|into the house|up the hill|down the road|across the street",
    "time": "day morning evening night afternoon",
    "when": "yesterday|last year|in the morning|in the evening|at night|last week|on Monday|on Sunday|every day|in the summer|in the winter|after lunch|before dinner|two days ago|a long time ago|this morning|today|at noon|in the spring|once a week",
    "month": "January|February|March|April|May|June|July|August|September|October|November|December",
    "person": "man woman boy girl farmer teacher king queen doctor baker sailor soldier fisherman mother father grandmother grandfather neighbour child prince princess cook driver nurse painter writer captain shepherd miller student lawyer judge scientist engineer singer tailor carpenter hunter gardener",
    "people": "children|people|farmers|students|teachers|soldiers|sailors|doctors|scientists|workers|women|men|parents|friends|neighbours|visitors|players",
    "feeling": "happy sad afraid angry tired proud excited surprised worried glad lonely curious nervous calm hungry",
    "went": "went|walked|ran|came back|hurried|went back|drove|returned",
    "moved": "ran jumped walked danced played slept sat waited hid rested sang worked laughed stood lived",
    "amoved": "ran jumped slept sat waited hid rested played ate drank lay stood",
    "prep": "in|near|behind|beside|outside",
    "did": "found|lost|saw|took|carried|dropped|cleaned|bought|sold|made|painted|wanted|liked|loved|hid|kept|brought|picked up|looked at|asked for|forgot|needed|showed me|noticed|remembered",
    "verb": "open find see take carry clean buy make paint fix keep bring sell use show",
    "adverb": "slowly quickly quietly happily sadly carefully suddenly softly gently easily again together alone",
    "many": "two|three|four|five|six|seven|many|some|a few|several|ten|a hundred",
    "things": "books flowers birds stones stars trees apples eggs letters coins dogs cats horses friends houses boats toys stories songs chairs candles pictures shoes questions words ideas answers problems rooms windows doors",
    "said": "said|asked|whispered|answered|replied",
    "abstract": "answer|idea|question|problem|story|plan|reason|secret|truth|word|name|song|game|work|lesson|news|mistake|dream",
    "aadj": "good|bad|simple|difficult|strange|old|new|important|interesting|great|small|big|wonderful|terrible|real|famous",
    "lesson": [
        "it is good to help others", "friends are more important than gold", "we should always tell the truth", "it is better to share",
        "small things can be very important", "you should never give up", "a kind word can change the day", "hard work makes us strong",
        "home is the best place", "it is never too late to say sorry", "everyone is afraid sometimes", "we can learn from our mistakes",
        "being different is not bad", "it is good to ask for help", "practice makes perfect", "being brave does not mean being without fear",
    ],
    "opening": [
        "Once upon a time there was a <adj> <person> who lived <at>.", "Once upon a time, there was a <adj> <animal> who lived <at>.",
        "Once upon a time there lived a <adj> <person> and a <adj> <animal>.", "Once upon a time, in a <place> far away, there lived a <adj> <person>.",
        "Long ago, in a small village, there lived a <adj> <person>.", "There once was a <adj> <animal> who loved <food>.", "A long time ago there was a <adj> king who had <many> <things>.",
        "It was a <weather> <time>, and everyone was <feeling>.", "One <weather> <time> a <adj> <person> came <to>.",
    ],
    "meet": [
        "<Hero> was a <adj> <child> who liked to play <at>.", "<Hero> lived with <his> <family> in a <padj> house.", "<Hero> had a <adj> <animal> called <pet>.",
        "<Hero> wanted to find a <colour> <thing>.", "<Hero> had never been <to> before.", "<Hero> loved to read books about <animal>s.",
        "Every <time> <Hero> went <to> to see the <animal>.", "<Hero> was the best friend of <pet>, a <adj> <animal>.", "There lived a <child> called <Hero>, and <he> had a <adj> <animal>.",
    ],
    "family": "mother|father|grandmother|grandfather|sister|brother|parents|aunt|uncle",
    "pet": "Max|Bella|Rex|Lucky|Coco|Daisy|Buddy|Oscar|Molly|Spot|Snow|Bruno",
    "problem": [
        "One day <he> lost <his> <colour> <thing>.", "One <time> the <thing> was gone.", "Suddenly it began to rain.", "Then <he> heard a strange sound <at>.",
        "But the <thing> was too heavy, and <he> could not carry it.", "But a <adj> <animal> had taken the <thing>.", "Then the <animal> fell into the river.", "But the door was closed, and <he> had no key.",
        "One <time> <he> could not find the way home.", "But nobody wanted to help <him>.", "Then <he> saw the <animal> in a tree, and it could not come down.", "But there was no <food> left in the house.",
    ],
    "try": [
        "<He> looked for the <thing> <at>, but <he> found nothing.", "<He> was very <feeling> and did not know what to do.", "<He> <went> <to> and asked the <person> for help.",
        "<He> sat down <at> and thought for a long time.", "<He> called <his> friends, and they all came to help.", "So <he> <went> <to> with the <person>.",
        "\"What is wrong?\" asked the <person>.", "\"Do not be afraid,\" said the <adj> <animal>.", "\"I can help you,\" said the <person>.", "\"Where is my <thing>?\" asked <Hero>.", "<He> tried again and again.",
        "First <he> opened the box, and then <he> looked inside.", "Together they <went> <to>.", "The <animal> ran <adverb> <to>.", "<He> gave the <animal> some <food>.", "\"I have lost my <thing>,\" said <Hero>.", "\"Have you seen my <thing>?\" <he> asked the <person>.",
    ],
    "solution": [
        "At last <he> found the <thing> <on>.", "In the end the <person> gave <him> a new <thing>.", "Then the <animal> showed <him> the way home.", "The <adj> <person> fixed the <thing>, and everyone was glad.",
        "After a while the sun came out again.", "Soon the <thing> was found.", "With the help of <his> friends <he> opened the door.", "Finally the <animal> was safe.",
    ],
    "ending": [
        "<He> was very happy and thanked the <person>.", "From that day on, they were best friends.", "And they all lived happily ever after.", "That night <he> slept very well.", "<Hero> learned that <lesson>.",
        "They went home and ate <food> and <food>.", "\"Thank you,\" said <Hero>.", "<He> smiled and <went> home.", "Everyone was happy, and they danced until the morning.", "The end.", "<He> never forgot that <time>.", "<His> <family> was very proud of <him>.",
    ],
    "story": [
        "<opening> <meet> <problem> <try> <try> <solution> <ending>", "<meet> <meet> <problem> <try> <solution> <ending>", "<opening> <problem> <try> <try> <try> <solution> <ending> <ending>",
        "<meet> <problem> <try> <try> <solution> <ending>", "<opening> <meet> <problem> <solution> <ending>",
    ],
    "simple": [
        "The <adj> <animal> <amoved> <at>.", "The <person> <did> a <colour> <thing>.", "The <adj> <person> <did> the <thing>.", "The <colour> <thing> is <on>.", "There is a <colour> <thing> <on>.",
        "There are <many> <things> <at>.", "<Name> <did> the <thing> and <went> <to>.", "<Name> and <Name> <went> <to> together.", "The <animal> and the <animal> are friends.",
        "I like <food> and <food>.", "I want to <verb> a <tadj> <thing>.", "We <went> <to> <when>.", "They <did> <many> <things>.", "My <family> has a <adj> <animal>.", "My <family> works <at>.",
        "It is <weather> today.", "It was a <weather> <time>, and the <person> was <feeling>.", "When it is <weather>, the <animal> likes to sit <at>.", "If you want to <verb> the <thing>, you must ask the <person>.",
        "The <person> was <feeling> because the <thing> was lost.", "She <did> the <thing> <when>.", "He <did> the <thing> <when>.", "You can see <many> <things> from the <place>.", "Do you want to <verb> the <thing>?",
        "The <things> are <colour> and <colour>.", "Yesterday the <person> <did> <many> <things>.", "Tomorrow we will go <to>.", "The <person> who <did> the <thing> was very <feeling>.", "In the summer the <place> is very beautiful.",
        "After the <time> the <person> <went> home.", "This is the <thing> that the <person> <did>.", "The <place> is near the <place>.", "Please <verb> the <thing> for me.",
        "I do not know where the <thing> is.", "I think that the <animal> is <feeling>.", "The <person> said that the <place> was <padj>.", "Nobody <did> the <thing>.", "The brown <animal> and the quick <animal> <amoved> <at>.", "A quick brown <animal> <amoved> <at>.",
        "The name of the <animal> is <pet>.", "What is in the <thing>?", "Where is the <thing>? It is <on>.", "Who is the <person> in the <place>?", "The <animal> is <at>.", "His name was <Name>, and he was a <person>.", "Her name was <Name>, and she was a <adj> <person>.",
        "My <family> said that the <person> was <feeling>.", "The <thing> is made of <material>.", "Many <people> live <at>.", "Most <people> like <food>.", "<Name> is older than <Name>.", "The <animal> is bigger than the <animal>.", "The <thing> was more expensive than the <thing>.",
        "We have known <Name> for <many> years.", "She has never been <to>.", "He had already <perfect> the <thing> when I came home.", "They will <verb> the <thing> next week.", "You should <verb> the <thing> before it is too late.", "Could you <verb> the <thing>, please?", "I would like to <verb> a <thing>, but I have no money.",
        "Although it was <weather>, the <people> worked <at>.", "While the <person> was reading, the <animal> <amoved> <at>.", "The <abstract> was very <aadj>.", "That is a <aadj> <abstract>.", "This <abstract> is <aadj>, and that one is <aadj>.", "It was the most <iadj> <abstract> of the year.", "I have a <aadj> <abstract> for you.", "Do you know the <abstract>?",
        "The <person> has <many> <things>, and the <person> has none.", "In <month> the days are <length>.", "He was born in <month>, and she was born in <month>.", "The <people> <went> <to> because they were <feeling>.", "She wants to become a <person>.", "As a child, he wanted to be a <person>.", "There was nobody <at>.", "It is not easy to <verb> a <thing>.",
        "<Name> lives in <town> and works as a <person>.", "Last year we travelled to <town>.", "Have you ever been to <town>?", "My <family> was born in <town>.", "The train to <town> leaves at <hour>.", "The city of <town> is very old.", "Both <Name> and <Name> like <food>.", "Neither the <person> nor the <person> knew the <abstract>.",
    ],
    "perfect": "found|seen|sold|cleaned|made|bought|fixed|painted|used",
    "iadj": "important|interesting|beautiful|difficult|famous|expensive",
    "length": "long|short|warm|cold|wet|dry|dark|bright",
    "town": "Paris|Rome|London|Berlin|Madrid|Vienna|Athens|Tokyo|Boston|Chicago|Moscow|Dublin|Prague|Oslo|Lisbon|Venice|Sydney|Toronto|Munich|Milan",
    "hour": "one|two|three|four|five|six|seven|eight|nine|ten|eleven|noon",
    "talk": [
        "\"Good morning,\" said the <person>. \"How are you?\" \"I am <feeling>,\" said the <person>.", "\"Where are you going?\" asked the <person>. \"I am going <to>,\" said <Name>.",
        "\"Do you like <food>?\" asked <Name>. \"Yes, I do,\" said <Name>. \"I like it very much.\"", "\"Look at the <animal>,\" said <Name>. \"It is so <adj>!\"", "\"What is this?\" asked the <person>. \"It is a <thing>,\" said the <person>.",
        "\"Come with me,\" said <Name>. \"I want to show you the <place>.\"", "\"I am <feeling>,\" said <Name>. \"Why?\" asked the <person>. \"Because I lost my <thing>.\"", "\"Can I have some <food>?\" asked the <adj> <person>. \"Of course,\" said <Name>.",
        "\"What time is it?\" asked <Name>. \"It is <hour> o'clock,\" said the <person>.", "\"What is your name?\" asked the <person>. \"My name is <Name>,\" said the <person>.", "\"Who are you?\" asked the <animal>. \"I am a <adj> <animal>,\" said the <animal>.", "\"Why are you <feeling>?\" asked <Name>. \"Because it is <weather>,\" said the <person>.",
    ],
    "truth": [
        "The sun is a star, and the earth goes around it.", "The moon goes around the earth.", "Water is wet, and fire is hot.", "Ice is cold and hard.", "In winter the days are short and the nights are long.", "In summer the days are long and warm.",
        "A year has twelve months.", "A week has seven days.", "A day has twenty-four hours.", "An hour has sixty minutes.", "A dog is an animal.", "A bird has two wings and can fly.", "A fish lives in the water.", "A spider has eight legs.", "An insect has six legs.", "A bicycle has two wheels.",
        "The sky is blue, and the grass is green.", "Snow is white.", "Trees have leaves and roots.", "Bees make honey.", "Cows eat grass and give milk.", "Rain falls from the clouds.", "Rivers flow to the sea.", "The heart moves the blood through the body.", "We see with our eyes and hear with our ears.",
        "Books are made of paper.", "Bread is made from flour and water.", "A triangle has three sides.", "A square has four sides.", "Light is faster than sound.", "Gold is a metal.", "Iron is a metal and can rust.", "People need food, water and air.", "Plants need water and light.", "The earth is round.", "A doctor helps people who are ill.", "A teacher works in a school.", "A farmer works on a farm.", "A baker makes bread.",
        "Computers are machines that follow instructions.", "Cats are animals that like to sleep.", "Dogs are animals that live with people.", "Apples are fruit that grow on trees.", "Children are young people.", "Stars are far away.", "Friends are people who help each other.", "Cars are faster than horses.", "Lions are large cats.", "Languages are learned by listening.",
    ],
}


def _split(value):
    if isinstance(value, list):
        return value
    return value.split("|") if "|" in value else value.split()


CHOICES = {name: _split(value) for name, value in RULES.items()}
SLOT = re.compile(r"<(\w+)>")


def _expand(rng, text, bound):
    def fill(match):
        name = match.group(1)
        if name in bound:
            return bound[name]
        if name == "Name":
            return rng.choice(GIRLS + BOYS)
        return _expand(rng, rng.choice(CHOICES[name]), bound)

    return SLOT.sub(fill, text)


def _articles(text):
    """a apple -> an apple."""
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def _hero(rng):
    girl = rng.random() < 0.5
    words = ("she", "her", "her", "girl") if girl else ("he", "him", "his", "boy")
    he, him, his, child = words
    return {"Hero": rng.choice(GIRLS if girl else BOYS), "he": he, "him": him, "his": his, "He": he.capitalize(), "His": his.capitalize(), "child": child}


def story(rng):
    """A story of about a hundred words whose hero, pet, thing, animal, person and place mostly stay the same."""
    bound = _hero(rng)
    for name in ("thing", "animal", "person", "pet", "colour"):
        bound[name] = rng.choice(CHOICES[name])
    if rng.random() < 0.5:
        bound["place"] = rng.choice(CHOICES["place"])
    return _articles(_expand(rng, rng.choice(CHOICES["story"]), bound))


def passage(rng):
    """A few sentences that need not hang together."""
    parts = []
    for _ in range(rng.randrange(1, 6)):
        rule = rng.choices(("simple", "talk", "truth", "lesson"), (12, 3, 3, 1))[0]
        text = _expand(rng, rng.choice(CHOICES[rule]), {})
        parts.append(text[0].upper() + text[1:] + "." if rule == "lesson" else text)
    return _articles(" ".join(parts))
